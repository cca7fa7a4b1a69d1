package organization

import (
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/op"
)

// Operations lists this domain's operations.
func Operations() []op.Any {
	return []op.Any{
		OpenCenter, ChangeCenter, AddSpecialDay, ChangeSpecialDay, RemoveSpecialDay, AddRoom, ChangeRoom, AddRegion, ChangeRegion, Delegate, EndDelegation, AddStaff, ChangeStaff, GivePosition, EndPosition, OpenAccount, SetAccount, ResetPassword, ChangePassword,
		SetPreferences, IssueToken, RenewFeed, EndSession, EnableTOTP, DisableTOTP, SetSetting,
		SaveView, ChangeView, DeleteView, SubscribeView, UnsubscribeView,
	}
}

// Checks lists this domain's invariants (TRU-8).
func Checks() []check.Check {
	return []check.Check{
		{Name: "organization.references", Rule: "TRU-8", Queries: []check.Query{
			{What: "position: its staff member", Text: "SELECT p.id AS id, 0 AS got, 1 AS want FROM positions p WHERE NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = p.staff)"},
			{What: "position: its role", Text: "SELECT p.id AS id, 0 AS got, 1 AS want FROM positions p WHERE NOT EXISTS (SELECT 1 FROM roles r WHERE r.code = p.role)"},
			{What: "account: its staff member", Text: "SELECT a.id AS id, 0 AS got, 1 AS want FROM accounts a WHERE a.staff IS NOT NULL AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = a.staff)"},
			{What: "view: its account", Text: "SELECT v.id AS id, 0 AS got, 1 AS want FROM views v WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = v.account)"},
			{What: "view by mail: its view", Text: "SELECT m.id AS id, 0 AS got, 1 AS want FROM view_mails m WHERE NOT EXISTS (SELECT 1 FROM views v WHERE v.id = m.view)"},
			{What: "special day: its center", Text: "SELECT d.id AS id, 0 AS got, 1 AS want FROM special_days d WHERE d.center IS NOT NULL AND NOT EXISTS (SELECT 1 FROM centers c WHERE c.id = d.center)"},
			{What: "room: its center", Text: "SELECT r.id AS id, 0 AS got, 1 AS want FROM rooms r WHERE NOT EXISTS (SELECT 1 FROM centers c WHERE c.id = r.center)"},
		}},
	}
}
