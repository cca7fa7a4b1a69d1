// Package peopledoor is the door of people: the page of a person, the list and the forms in the browser, and the API.
//
//	PPL-1, PPL-6, PPL-7  page_person.go, timeline.go
//	PPL-2                page_people.go
//	PPL-4                page_new.go: likely duplicates beside the form
//	PPL-10               page_reveal.go
//	ORG-10               page_edit.go: two people changed the same field
//
// The paths of the API are in api.go.
package peopledoor

import "embed"

// Text holds what people read on these pages.
//
//go:embed text/*.toml
var Text embed.FS
