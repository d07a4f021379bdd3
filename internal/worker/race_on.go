//go:build race

package worker

// raceEnabled says that the race detector maps far more memory than the program uses.
const raceEnabled = true
