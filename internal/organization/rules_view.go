package organization

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// With whom a view is shared, and how often it is mailed.
const (
	SharedNobody    = "me"
	SharedCenter    = "center" // the owner's center
	SharedEverybody = "everybody"

	Daily  = "daily"
	Weekly = "weekly" // on Mondays
)

// Shares and Rhythms are the choices.
var (
	Shares  = []string{SharedNobody, SharedCenter, SharedEverybody}
	Rhythms = []string{Daily, Weekly}
)

const (
	viewName  = 60   // characters
	viewQuery = 2000 // characters
	mostViews = 100  // of an account
	mailHour  = 7    // local time from which mails of a day are sent
)

// named checks the name of a view.
func named(bad *problem.Invalid, name string) string {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		bad.Add("name", "required", nil)
	case n > viewName:
		bad.Add("name", "too-long", name, "limit", viewName, "count", n)
	}
	return name
}

// share shares a view of an owner whose main position is at a center; none for a post of the whole company, which shares with no
// center.
func (w View) share(bad *problem.Invalid, with string, center id.ID) View {
	w.Shared, w.Center = with, id.None
	switch {
	case !slices.Contains(Shares, with):
		bad.Add("shared", "not-one-of", with, "list", strings.Join(Shares, ", "))
	case with == SharedCenter && center.IsNone():
		bad.Add("shared", "view-no-center", with)
	case with == SharedCenter:
		w.Center = center
	}
	return w
}

func rhythm(bad *problem.Invalid, every string) {
	if !slices.Contains(Rhythms, every) {
		bad.Add("every", "not-one-of", every, "list", strings.Join(Rhythms, ", "))
	}
}

// seenBy tells whether a viewer sees a view: it is one's own or shared, and the list may be opened.
func (w View) seenBy(v *policy.Viewer, right string) bool {
	shared := w.Shared == SharedEverybody || w.Shared == SharedCenter && slices.Contains(v.Centers, w.Center)
	return (w.Account == v.Account || shared) && v.May(right)
}

// following is the day of the next mail after a day: the day after, or the next Monday.
func following(every string, day bizdate.Date) bizdate.Date {
	if every == Daily {
		return day + 1
	}
	return day + 1 + bizdate.Date((int(time.Monday)-int((day+1).Weekday())+7)%7)
}

// due tells whether a mail planned for a day is to be sent at a local time; a day that was missed is made up for by one mail.
func due(planned bizdate.Date, local time.Time) bool {
	today := bizdate.Of(local, local.Location())
	return planned < today || planned == today && local.Hour() >= mailHour
}
