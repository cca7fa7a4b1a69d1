package facts

import "zhike/internal/kernel/id"

// ViewSaved says that somebody saved a view of a list (UI-L1).
type ViewSaved struct {
	AccountRef
	List   string `json:"list"`   // path of its page
	Shared string `json:"shared"` // me, center, everybody
	Every  string `json:"every"`  // mailed to its owner: daily, weekly; empty: not
}

// Kind implements event.Fact.
func (ViewSaved) Kind() string { return "organization.view-saved.1" }

// ViewChanged says that a saved view was renamed, given another address or shared otherwise.
type ViewChanged struct {
	AccountRef
	Fields []string `json:"fields"`
	Shared string   `json:"shared"`
}

// Kind implements event.Fact.
func (ViewChanged) Kind() string { return "organization.view-changed.1" }

// ViewDeleted says that a saved view was deleted, and all its subscriptions with it.
type ViewDeleted struct {
	AccountRef
	List  string  `json:"list"`
	Ended []id.ID `json:"ended"` // accounts that got it by mail
}

// Kind implements event.Fact.
func (ViewDeleted) Kind() string { return "organization.view-deleted.1" }

// ViewSubscribed says that an account gets a saved view by mail.
type ViewSubscribed struct {
	AccountRef
	Every string `json:"every"` // daily, weekly
}

// Kind implements event.Fact.
func (ViewSubscribed) Kind() string { return "organization.view-subscribed.1" }

// ViewUnsubscribed says that an account no longer gets a saved view by mail.
type ViewUnsubscribed struct {
	AccountRef
}

// Kind implements event.Fact.
func (ViewUnsubscribed) Kind() string { return "organization.view-unsubscribed.1" }
