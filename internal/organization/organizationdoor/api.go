package organizationdoor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"zhike/internal/api"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/event"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
	"zhike/internal/organization"
	"zhike/internal/web"
)

// API registers sign-in, the own account, the organization and the event log. d may be empty where only the document is made.
func API(a *api.API, d Deps) {
	s := endpoints{d}
	s.sessions(a)
	s.own(a)
	s.places(a)
	s.members(a)
	s.rules(a)
}

// endpoints are the routes of this door.
type endpoints struct{ Deps }

// SignedIn is a fresh session.
type SignedIn struct {
	Token      string `json:"token"`
	MustChange bool   `json:"must_change" doc:"only POST /password is open until the password is changed"`
}

func (s endpoints) sessions(a *api.API) {
	api.Call(a, http.MethodPost, "/sessions", "organization.sign-in", s.postSession, api.Public(), api.Keyless(), api.Status(http.StatusCreated))
	api.Call(a, http.MethodDelete, "/sessions/current", "organization.sign-out", s.deleteCurrent, api.Always(), api.Status(http.StatusNoContent))
	api.Call(a, http.MethodPost, "/password", "organization.password", s.postPassword, api.Runs(organization.ChangePassword), api.Always(), api.Keyless(),
		api.Status(http.StatusNoContent))
	api.Whole(a, "/sessions", "organization.sessions", "notice:read", func(ctx context.Context, tx *op.Tx, _ api.Paging) ([]organization.Session, error) {
		return organization.OwnSessions(ctx, tx)
	})
	api.PostAs(a, "/calendar-feed", organization.RenewFeed, func(t organization.IssuedToken) TokenShown {
		return TokenShown{ID: t.ID, Expires: t.Expires, Token: t.Token}
	}, api.Keyless(), api.Status(http.StatusCreated))
	api.Delete(a, "/sessions/{id}", organization.EndSession)
	api.PostAs(a, "/tokens", organization.IssueToken, func(t organization.IssuedToken) TokenShown {
		return TokenShown{ID: t.ID, Expires: t.Expires, Token: t.Token}
	}, api.Keyless(), api.Status(http.StatusCreated))
}

type noParams struct{}

// TokenShown is a new long-lived token. It is shown this once.
type TokenShown struct {
	ID      id.ID     `json:"id"`
	Expires time.Time `json:"expires_at"`
	Token   string    `json:"token"`
}

func (s endpoints) postSession(r *http.Request, in organization.SignIn) (SignedIn, error) {
	in.Kind, in.Agent, in.Address = "api", r.UserAgent(), web.ByAddress(r)
	token, acc, err := s.Access.SignIn(r.Context(), in)
	return SignedIn{Token: token, MustChange: acc.MustChange}, err
}

func (s endpoints) deleteCurrent(r *http.Request, _ noParams) (struct{}, error) {
	return struct{}{}, s.Access.SignOut(r.Context(), organization.Session{ID: api.CallerOf(r.Context()).Session})
}

func (s endpoints) postPassword(r *http.Request, in organization.ChangePasswordInput) (struct{}, error) {
	c := api.CallerOf(r.Context())
	acc, ok := c.Holder.(organization.Account)
	if !ok {
		return struct{}{}, problem.Unauthorized("unauthorized")
	}
	in.Session = c.Session
	return struct{}{}, s.Access.ChangePassword(r.Context(), acc, in)
}

// Identify tells the API who holds a token: of a sign-in by API, or a long-lived one. A browser's session is for pages only.
func Identify(access *organization.Access) func(ctx context.Context, token string) (api.Caller, error) {
	return func(ctx context.Context, token string) (api.Caller, error) {
		v, acc, session, err := access.Identify(ctx, token)
		if err != nil {
			return api.Caller{}, err
		}
		if session.Kind == "web" {
			return api.Caller{}, problem.Unauthorized("unauthorized")
		}
		return api.Caller{Viewer: v, Session: session.ID, Lang: acc.Lang, MustChange: acc.MustChange, Holder: acc}, nil
	}
}

// Me is who calls, with what may be done.
type Me struct {
	AccountID id.ID    `json:"account_id"`
	StaffID   id.ID    `json:"staff_id"`
	Login     string   `json:"login"`
	Name      string   `json:"name"`
	Role      string   `json:"role" doc:"of the main position"`
	CenterID  id.ID    `json:"center_id" doc:"of the main position"`
	Lang      string   `json:"lang"`
	Rights    []string `json:"rights"`
}

// TOTPSecret is a secret for an authenticator. It holds from the moment that POST /me/totp proves it with a code.
type TOTPSecret struct {
	Secret  string `json:"secret"`
	Address string `json:"address" doc:"otpauth:// address of the QR code"`
}

func (s endpoints) own(a *api.API) {
	api.Get(a, "/me", "organization.me", "", func(_ context.Context, tx *op.Tx, _ noParams) (Me, error) { return meOf(tx), nil })
	api.Patch(a, "/me", organization.SetPreferences)
	api.Call(a, http.MethodPost, "/me/totp-secret", "organization.totp-secret", func(r *http.Request, _ noParams) (TOTPSecret, error) {
		secret, address, err := organization.NewTOTP(viewerOf(r.Context()).Login)
		return TOTPSecret{secret, address}, err
	}, api.Keyless())
	api.Post(a, "/me/totp", organization.EnableTOTP, api.Keyless())
	api.Call(a, http.MethodDelete, "/me/totp", "organization.disable-totp", s.deleteTOTP, api.Runs(organization.DisableTOTP), api.Status(http.StatusNoContent))
	s.views(a)
}

type viewsQuery struct {
	api.Paging
	List string `query:"list" maxLength:"100" doc:"path of its page: /enquiries"`
}

type viewID struct {
	ID id.ID `path:"id" json:"view_id"`
}

func (s endpoints) views(a *api.API) {
	api.Whole(a, "/views", "organization.views", "notice:read", func(ctx context.Context, tx *op.Tx, q viewsQuery) ([]organization.ShownView, error) {
		return organization.Views(ctx, tx, organization.ViewFilter{List: q.List})
	})
	api.Get(a, "/views/{id}", "organization.view", "notice:read", func(ctx context.Context, tx *op.Tx, q viewID) (organization.ShownView, error) {
		return organization.ViewByID(ctx, tx, q.ID)
	})
	api.Post(a, "/views", organization.SaveView, api.Status(http.StatusCreated))
	api.Patch(a, "/views/{id}", organization.ChangeView)
	api.Delete(a, "/views/{id}", organization.DeleteView)
	api.Post(a, "/views/{id}/subscription", organization.SubscribeView)
	api.Delete(a, "/views/{id}/subscription", organization.UnsubscribeView)
}

func (s endpoints) deleteTOTP(r *http.Request, in organization.DisableTOTPInput) (struct{}, error) {
	acc, ok := api.CallerOf(r.Context()).Holder.(organization.Account)
	if !ok {
		return struct{}{}, problem.Unauthorized("unauthorized")
	}
	return struct{}{}, s.Access.DisableTOTP(op.WithKey(r.Context(), ""), acc, in)
}

func meOf(tx *op.Tx) Me {
	v := tx.Viewer
	m := Me{AccountID: v.Account, StaffID: v.Staff, Login: v.Login, Name: v.Name, Role: v.Role, CenterID: v.Center, Lang: v.Lang, Rights: []string{}}
	for right := range v.Rights {
		m.Rights = append(m.Rights, right)
	}
	slices.Sort(m.Rights)
	return m
}

type centersQuery struct {
	api.Paging
	Status string `query:"status" enum:"planned,open,closing,closed,merged"`
}

type daysQuery struct {
	api.Paging
	CenterID id.ID        `query:"center_id"`
	Kind     string       `query:"kind" enum:"closed,hours,holiday,workday"`
	From     bizdate.Date `query:"from" doc:"those that end on this day or later"`
	Until    bizdate.Date `query:"until" doc:"those that begin on this day or earlier"`
}

type delegationsQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

type regionsQuery struct{ api.Paging }

type roomsQuery struct {
	api.Paging
	CenterID id.ID `query:"center_id"`
	Active   *bool `query:"active"`
}

func (s endpoints) places(a *api.API) {
	api.List(a, "/centers", "organization.centers", "center:read", func(ctx context.Context, tx *op.Tx, q centersQuery) (page.Page[organization.Center], error) {
		return organization.ListCenters(ctx, tx, organization.CenterFilter{Text: q.Q, Status: q.Status, Request: q.Request()})
	})
	api.Get(a, "/centers/{id}", "organization.center", "center:read", func(ctx context.Context, tx *op.Tx, q centerID) (organization.Center, error) {
		return organization.CenterByID(ctx, tx, q.ID)
	})
	api.Post(a, "/centers", organization.OpenCenter)
	api.Patch(a, "/centers/{id}", organization.ChangeCenter)
	api.List(a, "/special-days", "organization.special-days", "center:read", func(ctx context.Context, tx *op.Tx, q daysQuery) (page.Page[organization.SpecialDay], error) {
		return organization.ListSpecialDays(ctx, tx, organization.DayFilter{Text: q.Q, Center: q.CenterID, Kind: q.Kind, From: q.From, To: q.Until, Request: q.Request()})
	})
	api.Get(a, "/special-days/{id}", "organization.special-day", "center:read", func(ctx context.Context, tx *op.Tx, q dayID) (organization.SpecialDay, error) {
		return organization.SpecialDayByID(ctx, tx, q.ID)
	})
	api.Post(a, "/special-days", organization.AddSpecialDay)
	api.Patch(a, "/special-days/{id}", organization.ChangeSpecialDay)
	api.Delete(a, "/special-days/{id}", organization.RemoveSpecialDay)
	api.List(a, "/rooms", "organization.rooms", "room:read", func(ctx context.Context, tx *op.Tx, q roomsQuery) (page.Page[organization.Room], error) {
		return organization.ListRooms(ctx, tx, organization.RoomFilter{Center: q.CenterID, Active: q.Active, Request: q.Request()})
	})
	api.Get(a, "/rooms/{id}", "organization.room", "room:read", func(ctx context.Context, tx *op.Tx, q roomID) (organization.Room, error) {
		return organization.RoomByID(ctx, tx, q.ID)
	})
	api.List(a, "/regions", "organization.regions", "region:read", func(ctx context.Context, tx *op.Tx, q regionsQuery) (page.Page[organization.Region], error) {
		return organization.ListRegions(ctx, tx, q.Q, q.Request())
	})
	api.List(a, "/delegations", "organization.delegations", "delegation:read", func(ctx context.Context, tx *op.Tx, q delegationsQuery) (page.Page[organization.Delegation], error) {
		return organization.ListDelegations(ctx, tx, api.Paging{Limit: q.Limit, Cursor: q.Cursor}.Request())
	})
	api.Post(a, "/delegations", organization.Delegate)
	api.Post(a, "/delegations/{id}/end", organization.EndDelegation)
	api.Post(a, "/regions", organization.AddRegion)
	api.Patch(a, "/regions/{id}", organization.ChangeRegion)
	api.Post(a, "/rooms", organization.AddRoom)
	api.Patch(a, "/rooms/{id}", organization.ChangeRoom)
}

type (
	centerID struct {
		ID id.ID `path:"id" json:"center_id"`
	}
	dayID struct {
		ID id.ID `path:"id" json:"day_id"`
	}
	roomID struct {
		ID id.ID `path:"id" json:"room_id"`
	}
	staffID struct {
		ID id.ID `path:"id" json:"staff_id"`
	}
	roleCode struct {
		Code string `path:"code" json:"role"`
	}
)

type membersQuery struct {
	api.Paging
	Active *bool `query:"active"`
}

type positionsQuery struct {
	api.Paging
	StaffID  id.ID        `query:"staff_id"`
	CenterID id.ID        `query:"center_id"`
	Role     string       `query:"role" maxLength:"40"`
	Day      bizdate.Date `query:"day" doc:"held on this day"`
}

// PasswordShown is an account with its one-time password. It is shown this once, and not to a repeated key.
type PasswordShown struct {
	ID       id.ID  `json:"id"`
	Password string `json:"one_time_password,omitempty"`
}

func shown(o organization.OpenedAccount) PasswordShown {
	return PasswordShown{ID: o.ID, Password: o.Password}
}

func (s endpoints) members(a *api.API) {
	api.List(a, "/staff", "organization.staff", "staff:read", func(ctx context.Context, tx *op.Tx, q membersQuery) (page.Page[organization.Staff], error) {
		return organization.ListStaff(ctx, tx, q.Q, q.Active, q.Request())
	})
	api.Get(a, "/staff/{id}", "organization.staff-member", "staff:read", func(ctx context.Context, tx *op.Tx, q staffID) (organization.Staff, error) {
		return organization.StaffByID(ctx, tx, q.ID)
	})
	api.Post(a, "/staff", organization.AddStaff)
	api.Patch(a, "/staff/{id}", organization.ChangeStaff)
	api.List(a, "/positions", "organization.positions", "position:read", func(ctx context.Context, tx *op.Tx, q positionsQuery) (page.Page[organization.Position], error) {
		return organization.ListPositions(ctx, tx, organization.PositionFilter{Staff: q.StaffID, Center: q.CenterID, Role: q.Role, Day: int64(q.Day), Request: q.Request()})
	})
	api.Post(a, "/positions", organization.GivePosition)
	api.Post(a, "/positions/{id}/end", organization.EndPosition)
	api.List(a, "/accounts", "organization.accounts", "account:read", func(ctx context.Context, tx *op.Tx, q membersQuery) (page.Page[organization.Account], error) {
		return organization.ListAccounts(ctx, tx, q.Q, q.Active, q.Request())
	})
	api.PostAs(a, "/accounts", organization.OpenAccount, shown)
	api.Patch(a, "/accounts/{id}", organization.SetAccount)
	api.PostAs(a, "/accounts/{id}/password", organization.ResetPassword, shown)
}

// RoleShown is a role with what it may do (ORG-3).
type RoleShown struct {
	organization.Role
	Rights []organization.Right     `json:"rights"`
	Fields []organization.FieldRule `json:"fields"`
}

type settingsQuery struct {
	api.Paging
	CenterID id.ID `query:"center_id" doc:"the company's if left out"`
}

type recordViewsQuery struct {
	Record  id.ID        `query:"record_id"`
	Account id.ID        `query:"account_id"`
	Staff   id.ID        `query:"staff_id"`
	From    bizdate.Date `query:"from"`
	Until   bizdate.Date `query:"until"`
	Limit   int          `query:"limit" minimum:"1" maximum:"200" doc:"rows of a page; 50 if left out"`
	Cursor  string       `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
}

type eventsQuery struct {
	After int64    `query:"after" minimum:"0" doc:"sequence number of the last event that was read"`
	Limit int      `query:"limit" minimum:"1" maximum:"200" doc:"50 if left out"`
	Kinds []string `query:"kind" doc:"separated by commas"`
}

func (s endpoints) rules(a *api.API) {
	api.Whole(a, "/roles", "organization.roles", "role:read", func(_ context.Context, tx *op.Tx, _ api.Paging) ([]organization.Role, error) {
		return organization.Of(tx).Roles(), nil
	})
	api.Get(a, "/roles/{code}", "organization.role", "role:read", func(_ context.Context, tx *op.Tx, q roleCode) (RoleShown, error) {
		d := organization.Of(tx)
		role, ok := d.Role(q.Code)
		if !ok {
			return RoleShown{}, problem.NotFound("role")
		}
		return RoleShown{Role: role, Rights: d.Rights(q.Code), Fields: d.FieldRules(q.Code)}, nil
	})
	api.Whole(a, "/settings", "organization.settings", "setting:read", func(_ context.Context, tx *op.Tx, q settingsQuery) ([]organization.SettingValue, error) {
		return organization.Of(tx).SettingValues(q.CenterID), nil
	})
	api.Post(a, "/settings", organization.SetSetting)
	api.List(a, "/events", "organization.events", "event:read", events)
	api.List(a, "/record-views", "organization.record-views", "record-view:read", func(ctx context.Context, tx *op.Tx, q recordViewsQuery) (page.Page[event.View], error) {
		return organization.RecordViews(ctx, tx, organization.RecordViewFilter{Record: q.Record, Account: q.Account, Staff: q.Staff, From: q.From, To: q.Until, Request: api.Paging{Limit: q.Limit, Cursor: q.Cursor}.Request()})
	})
}

// events: the cursor of the next page is the sequence number of the last event of this one.
func events(ctx context.Context, tx *op.Tx, q eventsQuery) (out page.Page[event.Event], err error) {
	if q.Limit == 0 {
		q.Limit = page.Usual
	}
	list, more, left, err := organization.Events(ctx, tx, organization.EventFilter{After: q.After, Kinds: q.Kinds, Limit: q.Limit})
	out.Items, out.Total = list, left
	if more {
		out.Next = strconv.FormatInt(out.Items[len(out.Items)-1].Seq, 10)
	}
	return out, err
}
