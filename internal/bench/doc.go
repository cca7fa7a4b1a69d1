// Package bench measures Zhike as performance.md asks (PRF-1 to 10, and the work list, segments and the funnel): it makes a school chain of a scale by the program's
// own operations, starts the real server as a child process, drives it over loopback, and beside it, round by round, the bare
// floor where that lies beside the repository. A speed counts only if every acknowledged write is there afterwards, the roll-ups
// equal a recount, and nothing failed: else Run returns an error and no figures.
//
//	bench.go     what is measured, in which order
//	people.go    invented people
//	company.go   the school chain; life.go lives three years of it
//	process.go   child processes, their processor time and memory
//	conn.go      one HTTP connection
//	target.go    what is asked; zhike.go and floor.go how each is asked
//	drive.go     one cell: a scenario for some seconds
//	lists.go     the import of a list of leads (PRF-9)
//	verify.go    what was acknowledged is there
//	recount.go   what the work list and the funnel say is counted again
//	report.go    figures, ratios, table
package bench
