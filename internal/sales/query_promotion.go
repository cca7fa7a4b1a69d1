package sales

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/kernel/problem"
)

// PromotionByID gives a promotion in scope.
func PromotionByID(ctx context.Context, tx *op.Tx, key id.ID) (p Promotion, err error) {
	return p, problem.Found(tx.Select(&p).Where("id = ?", key).Scan(ctx), "promotion")
}

// promotionOf reads a promotion for the rules, whoever asks.
func promotionOf(ctx context.Context, tx *op.Tx, key id.ID) (p Promotion, err error) {
	err = tx.Unscoped("the rule decides, nobody reads it").Select(&p).Where("id = ?", key).Scan(ctx)
	return p, problem.Found(err, "promotion")
}

// PromotionFilter chooses promotions; empty fields hold for all.
type PromotionFilter struct {
	Text  string // in number, name, goal
	State PromotionState
	On    bizdate.Date // given on that day

	Started     bool         // was ever given, or may be
	From, Until bizdate.Date // given on a day between these
}

var promotionSorts = page.Sorts{Usual: "-from", Columns: map[string]string{"from": "from_day", "until": "until_day", "no": "no", "name": "name", "used": "used"}}

// Promotions lists promotions in scope, the newest first (SAL-8).
func Promotions(ctx context.Context, tx *op.Tx, f PromotionFilter, r page.Request) (page.Page[Promotion], error) {
	var where page.Filter
	if f.State != "" {
		where.And("state = ?", string(f.State))
	}
	if !f.On.IsZero() {
		where.And("state = 'active' AND from_day <= ? AND until_day >= ?", int64(f.On), int64(f.On))
	}
	if f.Started {
		where.And("state IN ('active', 'stopped')")
	}
	if !f.Until.IsZero() {
		where.And("from_day <= ? AND until_day >= ? AND (state <> 'stopped' OR stopped_day >= CASE WHEN from_day > ? THEN from_day ELSE CAST(? AS BIGINT) END)", int64(f.Until), int64(f.From), int64(f.From), int64(f.From))
	}
	if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
		where.And(`LOWER(no) LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\' OR LOWER(goal) LIKE ? ESCAPE '\'`, like, like, like)
	}
	return page.Read[Promotion](ctx, tx, "promotion", &where, promotionSorts, r)
}

// PromotionNames gives the names of the promotions in scope.
func PromotionNames(ctx context.Context, tx *op.Tx) (map[id.ID]string, error) {
	list, err := op.All[struct {
		ID   id.ID  `db:"id"`
		Name string `db:"name"`
	}](ctx, tx, "SELECT p.id AS id, p.name AS name FROM promotions p WHERE {scope:promotion p}")
	if err != nil {
		return nil, fmt.Errorf("read names of promotions: %w", err)
	}
	out := make(map[id.ID]string, len(list))
	for _, p := range list {
		out[p.ID] = p.Name
	}
	return out, nil
}

// CountPromotions counts promotions in scope by state.
func CountPromotions(ctx context.Context, tx *op.Tx) (map[PromotionState]int, error) {
	type row struct {
		State PromotionState `db:"state"`
		N     int            `db:"n"`
	}
	list, err := op.All[row](ctx, tx, "SELECT p.state AS state, COUNT(*) AS n FROM promotions p WHERE {scope:promotion p} GROUP BY p.state")
	if err != nil {
		return nil, fmt.Errorf("count promotions: %w", err)
	}
	out := map[PromotionState]int{}
	for _, r := range list {
		out[r.State] = r.N
	}
	return out, nil
}

// mostOpen bounds the promotions that are offered for one enquiry.
const mostOpen = 50

// RunningPromotions lists the promotions in scope that are given on a day, those that end first before; Outside tells to whom.
func RunningPromotions(ctx context.Context, tx *op.Tx, day bizdate.Date) ([]Promotion, error) {
	var list []Promotion
	err := tx.Select(&list).Where("state = 'active' AND from_day <= ? AND until_day >= ?", int64(day), int64(day)).Order("until_day, no").Limit(mostOpen).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("read running promotions: %w", err)
	}
	return list, nil
}

// promotionsByID reads promotions in the order of keys. Refused, naming the field: unknown.
func promotionsByID(ctx context.Context, tx *op.Tx, keys []id.ID) ([]Promotion, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var list []Promotion
	if err := tx.Select(&list).Where("id IN (?)", keys).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read promotions: %w", err)
	}
	var bad problem.Invalid
	out := make([]Promotion, 0, len(keys))
	for n, key := range keys {
		i := slices.IndexFunc(list, func(p Promotion) bool { return p.ID == key })
		if i < 0 {
			bad.Add(promotionField(n), "unknown", key)
			continue
		}
		out = append(out, list[i])
	}
	return out, bad.Err("SAL-8")
}
