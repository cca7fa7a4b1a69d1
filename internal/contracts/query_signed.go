package contracts

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/policy"
)

// countedAtOnce bounds the counts of one query: databases bound the parts of a UNION.
const countedAtOnce = 100

// Counts counts the contracts of each filter, in the order of the filters. Figures are counted in the scope of report:read, whoever may open
// the contracts.
func Counts(ctx context.Context, tx *op.Tx, filters []Filter) ([]int64, error) {
	scope := figures(tx)
	out := make([]int64, len(filters))
	at := 0
	for part := range slices.Chunk(filters, countedAtOnce) {
		var texts []string
		var args []any
		for _, f := range part {
			text, values := f.where().SQL()
			texts = append(texts, "SELECT CAST(? AS BIGINT) AS place, COUNT(*) AS n FROM contracts c WHERE "+scope.Text+text)
			args = append(append(append(args, int64(at)), scope.Args...), values...)
			at++
		}
		list, err := op.AllOf[struct {
			Place int64 `db:"place"`
			N     int64 `db:"n"`
		}](ctx, tx.Unscoped("figures are counted in the scope of report:read"), strings.Join(texts, " UNION ALL "), args...)
		if err != nil {
			return nil, fmt.Errorf("count contracts: %w", err)
		}
		for _, r := range list {
			out[r.Place] = r.N
		}
	}
	return out, nil
}

// figures is the condition on contracts c that figures count.
func figures(tx *op.Tx) policy.Frag {
	return policy.Cut(tx.Viewer.Scope("report:read"), "c", "center", "consultant")
}

// LeftAtRenewal is how many renewals were signed on a day, with a promotion if one is named, while so much of the earlier contract was left.
type LeftAtRenewal struct {
	Promotion id.ID        `db:"promotion"`
	Day       bizdate.Date `db:"day"`
	Left      int64        `db:"still"` // whole per cent, rounded down
	Contracts int64        `db:"n"`
}

// renewed lists renewals with what was left of the earlier contract (SAL-8): contract, day, still. A renewal is a signed contract of kind
// renewal or upgrade; its earlier contract is the one that its student had signed last before it, without which it is not listed. Left is
// the smaller of two shares, as what ends first ends a contract: its hours that were left of those in its account, and its days until its
// last one, of all of its days. More conditions on c follow #more.
const renewed = `SELECT l.contract AS contract, l.day AS day, CASE WHEN l.days_left < l.hours_left THEN l.days_left ELSE l.hours_left END AS still FROM (
	SELECT c.id AS contract, c.signed_day AS day,
		CASE WHEN p.valid_until <= c.signed_day OR p.valid_until < p.valid_from THEN 0 ELSE (p.valid_until - c.signed_day) * 100 / (p.valid_until - p.valid_from + 1) END AS days_left,
		COALESCE((SELECT CAST(SUM(h.hours + h.gift) AS BIGINT) * 100 / NULLIF(CAST(SUM(CASE WHEN h.kind IN ('bought', 'gift', 'transferred-in') THEN h.hours + h.gift ELSE 0 END) AS BIGINT), 0)
			FROM hour_entries h WHERE h.line IN (SELECT i.id FROM contract_lines i WHERE i.contract = p.id) AND h.at < c.signed_at), 100) AS hours_left
	FROM contracts c JOIN contracts p ON p.student = c.student AND p.signed_day > 0 AND p.signed_at < c.signed_at
	WHERE c.signed_day > 0 AND c.kind IN ('renewal', 'upgrade') AND NOT EXISTS (
		SELECT 1 FROM contracts q WHERE q.student = c.student AND q.signed_day > 0 AND q.signed_at < c.signed_at AND (q.signed_at > p.signed_at OR (q.signed_at = p.signed_at AND q.id > p.id))) #more) l`

func renewals(more string) string { return strings.Replace(renewed, "#more", more, 1) }

// RenewalsWith gives the renewals that were signed with promotions, at some centers or at all, in the scope of figures, by promotion.
func RenewalsWith(ctx context.Context, tx *op.Tx, promotions, centers []id.ID) ([]LeftAtRenewal, error) {
	scope := figures(tx)
	more, args := "AND c.id IN (SELECT contract FROM contract_promotions WHERE promotion IN (?)) AND "+scope.Text, append([]any{promotions}, scope.Args...)
	if len(centers) > 0 {
		more, args = more+" AND c.center IN (?)", append(args, centers)
	}
	list, err := op.AllOf[LeftAtRenewal](ctx, tx.Unscoped("figures are counted in the scope of report:read"), `SELECT g.promotion AS promotion, r.still AS still, COUNT(*) AS n FROM (`+renewals(more)+`) r
		JOIN (SELECT DISTINCT contract, promotion FROM contract_promotions) g ON g.contract = r.contract WHERE g.promotion IN (?) GROUP BY g.promotion, r.still ORDER BY r.still`, append(args, promotions)...)
	if err != nil {
		return nil, fmt.Errorf("read renewals with promotions: %w", err)
	}
	return list, nil
}

// PlainRenewals gives the company's renewals of a time that were signed without any promotion, by day.
func PlainRenewals(ctx context.Context, tx *op.Tx, from, until bizdate.Date) ([]LeftAtRenewal, error) {
	list, err := op.AllOf[LeftAtRenewal](ctx, tx.Unscoped("means of the company's contracts name nobody"), `SELECT r.day AS day, r.still AS still, COUNT(*) AS n FROM (`+
		renewals("AND c.signed_day >= ? AND c.signed_day <= ? AND NOT EXISTS (SELECT 1 FROM contract_promotions g WHERE g.contract = c.id)")+`) r GROUP BY r.day, r.still ORDER BY r.still, r.day`, int64(from), int64(until))
	if err != nil {
		return nil, fmt.Errorf("read renewals: %w", err)
	}
	return list, nil
}
