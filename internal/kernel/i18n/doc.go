// Package i18n holds what people read, in Chinese and English, and writes money, dates, hours and counts the way each language does (UI-T).
//
// Texts lie in text/zh.toml and text/en.toml of the package that shows them. Tables nest: [problem] not-open = "…" is the key
// "problem.not-open". A text may hold {{.name}}; a table of plural forms (one, other) is one text whose form the value "count" chooses.
package i18n
