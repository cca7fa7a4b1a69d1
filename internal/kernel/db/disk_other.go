//go:build !unix

package db

// Free is not known here.
func (d *DB) Free() (free float64, known bool, err error) { return 0, false, nil }
