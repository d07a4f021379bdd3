package worker

// oldCalls are refused calls that newer machines never had.
var oldCalls []uint32
