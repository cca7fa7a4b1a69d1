// Package api is the machine's door: JSON under /api/v1, described by an OpenAPI 3.1 document that is made from the same types
// (contract.md). Doors register operations and queries here; what is refused is answered as a problem document (RFC 9457) with the
// words of the catalogue.
//
//	TRU-2   input.go (Idempotency-Key)
//	TRU-17  validate.go, input.go (unknown fields are refused)
//	TRU-23  limit.go, api.go (size, time and rate)
//	ORG-10  answer.go, input.go (ETag, If-Match)
package api

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
