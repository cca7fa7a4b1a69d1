// Package migrations holds the schema: goose files in one order, written with PostgreSQL's type names. Days are counted since
// 1970-01-01, instants are microseconds since 1970 UTC, amounts fen, hours hundredths.
package migrations

import "embed"

// FS holds the files.
//
//go:embed *.sql
var FS embed.FS
