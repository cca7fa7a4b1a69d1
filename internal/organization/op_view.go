package organization

import (
	"context"
	"fmt"

	"zhike/internal/facts"
	"zhike/internal/kernel/db"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// SaveView saves a view of a list under a name (UI-L1). Refused: a list that one may not open, an address that the list does not know, a
// name that one has given before.
var SaveView = op.Op[SaveViewInput, Done]{
	Name: "organization.save-view", Rule: "UI-L1", Needs: own, Fact: facts.ViewSaved{}, Do: saveView,
}

// SaveViewInput is the view.
type SaveViewInput struct {
	List   string `json:"list" maxLength:"100" doc:"path of its page: /enquiries"`
	Name   string `json:"name" maxLength:"60"`
	Query  string `json:"query,omitempty" maxLength:"2000" doc:"filters, sort and columns as in the address of the page: stage=new&sort=next"`
	Shared string `json:"shared,omitempty" enum:"me,center,everybody" doc:"me if left out"`
	Every  string `json:"every,omitempty" enum:"daily,weekly" doc:"mailed to oneself; not if left out"`
}

func saveView(ctx context.Context, tx *op.Tx, in SaveViewInput) (Done, error) {
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	var bad problem.Invalid
	w := View{ID: tx.NewID(), Account: me.Account, List: in.List, Name: named(&bad, in.Name), Created: tx.Now}
	if in.Shared == "" {
		in.Shared = SharedNobody
	}
	w = w.share(&bad, in.Shared, tx.Viewer.Center)
	if in.Every != "" {
		rhythm(&bad, in.Every)
		reachable(tx, &bad)
	}
	if err := bad.Err("UI-L1"); err != nil {
		return Done{}, err
	}
	if w.Query, err = addressOf(ctx, tx, in.List, in.Query); err != nil {
		return Done{}, err
	}
	if err := roomForView(ctx, tx, w); err != nil {
		return Done{}, err
	}
	if err := tx.Insert(ctx, w); err != nil {
		return Done{}, nameTaken(err, w)
	}
	if in.Every != "" {
		if err := tx.Insert(ctx, subscription(tx, w.ID, in.Every)); err != nil {
			return Done{}, err
		}
	}
	tx.Record(w.ID, facts.ViewSaved{AccountRef: me, List: w.List, Shared: w.Shared, Every: in.Every})
	return Done{ID: w.ID}, nil
}

// addressOf reads and tries the address of a view, and gives it in its one form.
func addressOf(ctx context.Context, tx *op.Tx, path, query string) (string, error) {
	l, ok := Of(tx).List(path)
	if !ok {
		return "", problem.Refuse("UI-L1", "invalid", problem.Field{Location: "list", Code: "unknown", Value: path})
	}
	if !tx.Viewer.May(l.Right) {
		return "", problem.Forbidden(l.Right)
	}
	values, err := l.parse(query)
	if err != nil {
		return "", err
	}
	if _, err := l.Count(ctx, tx, values); err != nil {
		return "", err
	}
	out := values.Encode()
	if len(out) > viewQuery {
		return "", problem.Refuse("UI-L1", "invalid", problem.Field{Location: "query", Code: "too-long", Args: map[string]any{"limit": viewQuery, "count": len(out)}})
	}
	return out, nil
}

// roomForView refuses a name that one has given to a view of the list, and more views than an account may have.
func roomForView(ctx context.Context, tx *op.Tx, w View) error {
	var all, same int64
	err := tx.QueryRow(ctx, "SELECT COUNT(*), COALESCE(SUM(CASE WHEN list = ? AND name = ? THEN 1 ELSE 0 END), 0) FROM views WHERE account = ? AND id <> ?",
		[]any{w.List, w.Name, w.Account, w.ID}, &all, &same)
	switch {
	case err != nil:
		return fmt.Errorf("count views: %w", err)
	case same > 0:
		return problem.Refuse("UI-L1", "invalid", problem.Field{Location: "name", Code: "view-taken", Value: w.Name})
	case all >= mostViews:
		return problem.Refuse("UI-L1", "invalid", problem.Field{Location: "name", Code: "view-most", Args: map[string]any{"most": mostViews}})
	}
	return nil
}

// nameTaken words a name that another transaction took meanwhile.
func nameTaken(err error, w View) error {
	if db.Duplicate(err) {
		return problem.Refuse("UI-L1", "invalid", problem.Field{Location: "name", Code: "view-taken", Value: w.Name})
	}
	return err
}

// ChangeView renames a view of one's own, gives it another address or shares it otherwise; what is left out stays. Refused: another's
// view (403), stale (ORG-10), as SaveView.
var ChangeView = op.Op[ChangeViewInput, Changed]{
	Name: "organization.change-view", Rule: "UI-L1", Needs: own, Fact: facts.ViewChanged{}, Do: changeView,
	Subjects: func(in ChangeViewInput) []op.Ref { return []op.Ref{{Kind: "view", ID: in.ViewID}} },
}

// ChangeViewInput names what changes.
type ChangeViewInput struct {
	ViewID  id.ID   `json:"view_id" path:"id"`
	Name    *string `json:"name,omitempty" maxLength:"60"`
	Query   *string `json:"query,omitempty" maxLength:"2000"`
	Shared  *string `json:"shared,omitempty" enum:"me,center,everybody"`
	Version *int64  `json:"base_version,omitempty" doc:"version that the change starts from"`
}

func changeView(ctx context.Context, tx *op.Tx, in ChangeViewInput) (Changed, error) {
	w, err := ownView(ctx, tx, in.ViewID)
	if err != nil {
		return Changed{}, err
	}
	if err := based(in.Version, w.Version); err != nil {
		return Changed{}, err
	}
	var bad problem.Invalid
	var fields []string
	if in.Name != nil {
		name := named(&bad, *in.Name)
		set(&fields, "name", &w.Name, &name)
	}
	if in.Shared != nil && *in.Shared != w.Shared {
		w = w.share(&bad, *in.Shared, tx.Viewer.Center)
		fields = append(fields, "shared")
	}
	if err := bad.Err("UI-L1"); err != nil {
		return Changed{}, err
	}
	if in.Query != nil {
		query, err := addressOf(ctx, tx, w.List, *in.Query)
		if err != nil {
			return Changed{}, err
		}
		set(&fields, "query", &w.Query, &query)
	}
	if err := roomForView(ctx, tx, w); err != nil {
		return Changed{}, err
	}
	if err := tx.Save(ctx, &w, "name", "query", "shared", "center"); err != nil {
		return Changed{}, nameTaken(err, w)
	}
	tx.Record(w.ID, facts.ViewChanged{AccountRef: facts.AccountRef{Account: w.Account}, Fields: fields, Shared: w.Shared})
	return Changed{ID: w.ID, Version: w.Version}, nil
}

// ownView loads a view to change it. Refused: another's (403).
func ownView(ctx context.Context, tx *op.Tx, key id.ID) (w View, err error) {
	if err := problem.Found(tx.Select(&w).Where("id = ?", key).Scan(ctx), "view"); err != nil {
		return w, err
	}
	if w.Account != tx.Viewer.Account {
		return w, &problem.Problem{Status: 403, Code: "view-of-other", Rule: "UI-L1"}
	}
	return w, nil
}

// DeleteView deletes a view of one's own and ends its mails, also those to others. It can be undone: the view is saved again, with
// one's own subscription.
var DeleteView = op.Op[ViewInput, Done]{
	Name: "organization.delete-view", Rule: "UI-L1", Needs: own, Fact: facts.ViewDeleted{}, Do: deleteView, Undo: "organization.save-view",
	Subjects: viewSubject,
}

// ViewInput names a view.
type ViewInput struct {
	ViewID id.ID `json:"view_id" path:"id"`
}

func viewSubject(in ViewInput) []op.Ref { return []op.Ref{{Kind: "view", ID: in.ViewID}} }

func deleteView(ctx context.Context, tx *op.Tx, in ViewInput) (Done, error) {
	w, err := ownView(ctx, tx, in.ViewID)
	if err != nil {
		return Done{}, err
	}
	var mails []ViewMail
	if err := tx.Unscoped("who gets one's own view by mail").Select(&mails).Where("view = ?", w.ID).Order("id").Scan(ctx); err != nil {
		return Done{}, fmt.Errorf("list subscriptions: %w", err)
	}
	again := SaveViewInput{List: w.List, Name: w.Name, Query: w.Query, Shared: w.Shared}
	ended := []id.ID{}
	for _, m := range mails {
		ended = append(ended, m.Account)
		if m.Account == w.Account {
			again.Every = m.Every
		}
	}
	for _, text := range []string{"DELETE FROM view_mails WHERE view = ?", "DELETE FROM views WHERE id = ?"} {
		if _, err := tx.Exec(ctx, text, w.ID); err != nil {
			return Done{}, fmt.Errorf("delete view: %w", err)
		}
	}
	tx.Undoable(again)
	tx.Record(w.ID, facts.ViewDeleted{AccountRef: facts.AccountRef{Account: w.Account}, List: w.List, Ended: ended})
	return Done{ID: w.ID}, nil
}

// SubscribeView mails a view that one sees to oneself, every day or every Monday from seven in the morning on: the number of its records
// and the first of them, as one sees them. Refused: who has no mail address.
var SubscribeView = op.Op[SubscribeViewInput, Done]{
	Name: "organization.subscribe-view", Rule: "UI-L1", Needs: own, Fact: facts.ViewSubscribed{}, Do: subscribeView,
	Subjects: func(in SubscribeViewInput) []op.Ref { return []op.Ref{{Kind: "view", ID: in.ViewID}} },
}

// SubscribeViewInput says how often.
type SubscribeViewInput struct {
	ViewID id.ID  `json:"view_id" path:"id"`
	Every  string `json:"every" enum:"daily,weekly"`
}

func subscribeView(ctx context.Context, tx *op.Tx, in SubscribeViewInput) (Done, error) {
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	var w View
	if err := problem.Found(tx.Select(&w).Where("id = ?", in.ViewID).Scan(ctx), "view"); err != nil {
		return Done{}, err
	}
	if l, ok := Of(tx).List(w.List); !ok || !w.seenBy(tx.Viewer, l.Right) {
		return Done{}, problem.NotFound("view")
	}
	var bad problem.Invalid
	rhythm(&bad, in.Every)
	reachable(tx, &bad)
	if err := bad.Err("UI-L1"); err != nil {
		return Done{}, err
	}
	m := subscription(tx, w.ID, in.Every)
	_, err = tx.Exec(ctx, `INSERT INTO view_mails (id, view, account, every, next_day, created_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, view) DO UPDATE SET every = excluded.every, next_day = excluded.next_day`,
		m.ID, m.View, m.Account, m.Every, int64(m.Next), m.Created)
	if err != nil {
		return Done{}, fmt.Errorf("subscribe: %w", err)
	}
	tx.Record(w.ID, facts.ViewSubscribed{AccountRef: me, Every: in.Every})
	return Done{ID: w.ID}, nil
}

// reachable refuses who has no mail address.
func reachable(tx *op.Tx, bad *problem.Invalid) {
	if m, _ := Of(tx).Staff(tx.Viewer.Staff); m.Email == "" {
		bad.Add("every", "view-no-address", nil)
	}
}

// subscription is a new one: the first mail comes on the next day that it is due.
func subscription(tx *op.Tx, view id.ID, every string) ViewMail {
	return ViewMail{ID: tx.NewID(), View: view, Account: tx.Viewer.Account, Every: every, Next: following(every, tx.Today(tx.Viewer.Center)), Created: tx.Now}
}

// UnsubscribeView ends the mails of a view to oneself. Refused: who gets none (404).
var UnsubscribeView = op.Op[ViewInput, Done]{
	Name: "organization.unsubscribe-view", Rule: "UI-L1", Needs: own, Fact: facts.ViewUnsubscribed{}, Do: unsubscribeView,
}

func unsubscribeView(ctx context.Context, tx *op.Tx, in ViewInput) (Done, error) {
	me, err := self(tx)
	if err != nil {
		return Done{}, err
	}
	n, err := tx.Exec(ctx, "DELETE FROM view_mails WHERE view = ? AND account = ?", in.ViewID, me.Account)
	if err != nil {
		return Done{}, fmt.Errorf("unsubscribe: %w", err)
	}
	if n == 0 {
		return Done{}, problem.NotFound("subscription")
	}
	tx.Record(in.ViewID, facts.ViewUnsubscribed{AccountRef: me})
	return Done{ID: in.ViewID}, nil
}
