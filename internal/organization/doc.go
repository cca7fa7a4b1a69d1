// Package organization holds centers, staff, positions, accounts, roles and settings, and makes the viewer of a request.
//
//	ORG-1  op_center.go, op_change.go, rules_day.go, op_day.go; worktime in kernel/worktime
//	ORG-2  directory.go (positions valid today), op_staff.go
//	ORG-3  roles.go, viewer.go
//	ORG-4  resources.go; enforced by kernel/op where data are read
//	ORG-9  session.go, op_account.go, op_totp.go
//	ORG-10 kernel/op (Save), doors
//	ORG-11 op_token.go
//	UI-L1  op_view.go, rules_view.go, query_view.go, lists.go
package organization

import "embed"

// Text holds what people read.
//
//go:embed text/*.toml
var Text embed.FS
