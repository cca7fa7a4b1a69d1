package page

// Excerpt is the beginning of a list as plain text: what a mail shows of it.
type Excerpt struct {
	Head []string
	Rows []ExcerptRow
}

// ExcerptRow is a row with the page of its record.
type ExcerptRow struct {
	Href  string
	Cells []string
}
