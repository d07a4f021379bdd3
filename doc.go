// Package podmend is the root of the podmend module; the program is in cmd/podmend.
package podmend
