// Package pdf writes documents of plain structure (headings, paragraphs, tables, lists of facts) in Chinese and Latin letters.
//
// Chinese glyphs come from Droid Sans Fallback, which lies compressed in font/ with its licence; it has no Latin ones, so those come
// from the Go fonts. Every run of text takes the face that has its characters. Only the glyphs that occur are embedded. What no
// face has (emoji, characters beyond the basic plane) is drawn as a box: a document is never refused for a character.
//
// The same content and the same date of creation give the same bytes. All measures are in millimetres, sizes of type in points.
package pdf
