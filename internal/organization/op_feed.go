package organization

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
	"zhike/internal/kernel/problem"
)

// feedKind is the kind of session of a calendar feed: its token opens nothing else, and no other token opens a feed.
const feedKind = "feed"

// feedRights are what a feed reads.
var feedRights = []string{"task:read", "appointment:read"}

// RenewFeed makes the secret address of the viewer's calendar feed, in place of the one before (PRC-5); it is shown once, and ends with the
// account's sessions (TRU-22) or by EndSession. Refused: without an account.
var RenewFeed = op.Op[RenewFeedInput, IssuedToken]{
	Name: "organization.renew-feed", Rule: "PRC-5", Needs: own, Fact: facts.FeedRenewed{}, Do: renewFeed,
}

// RenewFeedInput is empty: the feed is the viewer's.
type RenewFeedInput struct{}

func renewFeed(ctx context.Context, tx *op.Tx, _ RenewFeedInput) (IssuedToken, error) {
	account := tx.Viewer.Account
	if account.IsNone() {
		return IssuedToken{}, problem.Forbidden(own)
	}
	if _, err := tx.Exec(ctx, "DELETE FROM sessions WHERE account = ? AND kind = ?", account, feedKind); err != nil {
		return IssuedToken{}, fmt.Errorf("end the feed before: %w", err)
	}
	token, digest := newToken()
	s := Session{ID: tx.NewID(), Token: digest, Account: account, Kind: feedKind, Rights: feedRights, Created: tx.Now, Seen: tx.Now, Expires: tx.Now.AddDate(1, 0, 0)}
	if err := tx.Insert(ctx, s); err != nil {
		return IssuedToken{}, err
	}
	tx.Record(account, facts.FeedRenewed{AccountRef: facts.AccountRef{Account: account}, Session: s.ID})
	return IssuedToken{ID: s.ID, Expires: s.Expires, Token: token}, nil
}

// OwnFeed gives the viewer's feed; none has no id.
func OwnFeed(ctx context.Context, tx *op.Tx) (s Session, err error) {
	var list []Session
	if err := tx.Select(&list).Where("account = ? AND kind = ? AND expires_at > ?", tx.Viewer.Account, feedKind, tx.Now).Limit(1).Scan(ctx); err != nil {
		return s, fmt.Errorf("look for the feed: %w", err)
	}
	if len(list) > 0 {
		s = list[0]
	}
	return s, nil
}

// IdentifyFeed gives whose feed a token opens, with the rights of a feed alone; the token of anything else is unauthorized.
func (a *Access) IdentifyFeed(ctx context.Context, token string) (*policy.Viewer, Account, error) {
	v, acc, s, err := a.known(ctx, token)
	if err == nil && (s.Kind != feedKind || acc.MustChange) {
		err = problem.Unauthorized("unauthorized")
	}
	return v, acc, err
}
