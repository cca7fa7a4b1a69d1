package app

// Exit codes of every command (01-product).
const (
	ExitDone    = 0
	ExitRefused = 1 // a finding, or input that was refused
	ExitUsage   = 2
	ExitFailed  = 3 // could not run: I/O, locked, unreachable
)
