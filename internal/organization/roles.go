package organization

import (
	"context"
	"fmt"
	"strings"

	"zhike/internal/kernel/op"
	"zhike/internal/kernel/worktime"
)

// shippedRole is a role as it comes with the program (organization.md, "Roles as shipped"): rights are "resource:action+action@scope".
type shippedRole struct {
	code, home string
	rights     string
	phone      string
	reveals    int64
}

// work is what every employee has: the own account, tasks and notices.
const work = " task:read+update@own task-series:read+update@own notice:read+update@own feedback:create+read@own channel:read@all course:read@all package:read@all center:read@center"

// desk is the reading side of reception and sales for a whole center.
const deskReads = " person:read@center organization:read@center enquiry:read@center touch:read@center appointment:read@center visit:read@center quote:read@center contract:read@center payment:read@center"

var shippedRoles = []shippedRole{
	{code: "front-desk", home: "front-desk", phone: "revealable", reveals: 60, rights: "reward:read@center campaign:read@all staff:read@center person:create+update+reveal+merge@center enquiry:create@center " +
		"touch:create@center appointment:create+update@center visit:create+receive@center payment:create@center report:read+mail@center data-request:read@own data-request:create@center" + deskReads + work},
	{code: "consultant", home: "consultant", phone: "full-own", reveals: 20, rights: "reward:read@own promotion:read@all campaign:read@all staff:read@center person:read@own organization:read@center person:create@center person:update+reveal+merge@own " +
		"enquiry:read+update@own enquiry:create@center playbook:read@all pool:read+claim@center touch:read+create@own appointment:read@center appointment:create+update@own visit:read+update+receive@own " +
		"quote:read+create@own contract:read+create+sign@own report:read@own approval:read+update@own target:read@own" + work},
	{code: "assistant", home: "assistant", phone: "revealable", reveals: 40, rights: "touch:read+create@own person:read@own organization:read@center" + work},
	{code: "teacher", home: "teacher", phone: "hidden", rights: strings.TrimSpace(work)},
	{code: "marketing", home: "marketing", phone: "hidden", rights: "promotion:read+create+update@all channel:create+update@all campaign:read+create+update@all attachment:create@own campaign-cost:read+create@all budget:read+update@all lead:read@all capture-point:read+update@all submission:read+accept@all segment:read+update@all segment-member:read+export@all approval:read+update@own report:read+mail@center import:create+read@center enquiry:import@center" + work},
	{code: "finance", home: "finance", phone: "masked", rights: "reward:read+reverse@center promotion:read@all campaign:read@all attachment:create@own campaign-cost:read+create@all budget:read@all person:read@center organization:read@center contract:read@center payment:read+reverse@center journal:read@center report:read+mail@center" + work},
	{code: "supervisor", home: "principal", phone: "revealable", reveals: 60, rights: principalRights},
	{code: "principal", home: "principal", phone: "revealable", reveals: 60, rights: "center-target:update@center " + principalRights},
	{code: "general-manager", home: "general-manager", phone: "revealable", reveals: 60, rights: "reward:read@all promotion:read@all campaign:read@all campaign-cost:read@all budget:read+update@all lead:read@all capture-point:read@all submission:read@all segment:read@all segment-member:read@all center:read@all region:read@all staff:read@all position:read@all person:read+reveal+merge@all organization:read@all enquiry:read@all " +
		"touch:read@all appointment:read@all visit:read@all quote:read@all contract:read@all payment:read@all journal:read@all report:read+mail@all target:read+update@all center-target:update@all task:read+update@all task-series:read+update@all approval:read+decide@all approval:update@own delegation:read+create+update@own approval-limit:read+update@all import:create+read@all enquiry:import@all record-view:read@all reveal:read@all feedback:read+update@all playbook:read+update@all score-model:read+create@all data-request:read+create+export+finish@all" + work},
	{code: "project", home: "it", phone: "hidden", rights: itRights},
	{code: "it", home: "it", phone: "hidden", rights: itRights},
}

const principalRights = "reward:read+reverse@center promotion:read@all promotion:create+update@center campaign:read@all campaign:create+update@center attachment:create@own campaign-cost:read+create@center budget:read+update@center lead:read@center capture-point:read+update@center submission:read+accept@center segment:read+update@center segment-member:read+export@center delegation:read+create+update@own special-day:update@center staff:read@center position:read@center person:create+update+reveal+merge@center enquiry:create+update+assign+import@center pool:read@center touch:create@center " +
	"appointment:create+update@center visit:create+update+receive@center quote:create@center contract:create+sign@center payment:reverse@center journal:read@center task:read+update+assign@center task-series:read+update@center " +
	"approval:read+decide@center approval:update@own target:read+update@center report:read+mail@center import:create+read@center assignment:read+update@center playbook:read+update@all reveal:read@center score-model:read@all data-request:read+create+export+finish@center" + deskReads + work

const itRights = "center:read+create+update@all room:read+create+update@all special-day:update@all region:read+create+update@all staff:read+create+update@all position:read+create+update@all account:read+create+update@all " +
	"role:read@all setting:read+update@all session:read+end@all channel:create+update@all course:create+update@all package:create+update@all assignment:read+update@all " +
	"event:read@all approval-limit:read+update@all record-view:read@all score-model:read+create@all job:read+update@all mail:read+update@all import:create+read@all feedback:read+update@all" + work

// Seed writes the shipped roles and public holidays where they are missing; what a company changed stays (ORG-1, ORG-3).
func Seed(ctx context.Context, r *op.Runner) error {
	return r.Write(ctx, func(ctx context.Context, tx *op.Tx) error {
		for _, role := range shippedRoles {
			if err := seedRole(ctx, tx, role); err != nil {
				return err
			}
		}
		return seedHolidays(ctx, tx)
	})
}

// seedHolidays writes what the program knows of public holidays as special days of the company, each once: what a company changed or
// removed of it stays, and what it entered itself goes before.
func seedHolidays(ctx context.Context, tx *op.Tx) error {
	for _, h := range worktime.Holidays() {
		n, err := tx.Exec(ctx, `INSERT INTO special_days (id, center, from_day, until_day, kind, name_zh, name_en, hours, weekday, shipped, active, version)
			SELECT ?, NULL, CAST(? AS BIGINT), CAST(? AS BIGINT), ?, ?, ?, 'null', 'null', ?, TRUE, 1 WHERE NOT EXISTS (SELECT 1 FROM special_days WHERE center IS NULL AND active = TRUE AND from_day <= ? AND until_day >= ?)
			ON CONFLICT (shipped) DO NOTHING`, tx.NewID(), int64(h.From), int64(h.Until), string(h.Kind), h.ZH, h.EN, h.From.String()+" "+string(h.Kind), int64(h.Until), int64(h.From))
		if err != nil {
			return fmt.Errorf("seed holidays: %w", err)
		}
		if n > 0 {
			if err := changed(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}

func seedRole(ctx context.Context, tx *op.Tx, role shippedRole) error {
	n, err := tx.Exec(ctx, "INSERT INTO roles (code, name_zh, name_en, home, shipped) VALUES (?, '', '', ?, TRUE) ON CONFLICT (code) DO NOTHING", role.code, role.home)
	if err != nil {
		return fmt.Errorf("seed role %s: %w", role.code, err)
	}
	if n == 0 {
		return nil
	}
	widest := map[string]string{}
	for word := range strings.FieldsSeq(role.rights) {
		right, scope, _ := strings.Cut(word, "@")
		resource, actions, _ := strings.Cut(right, ":")
		for action := range strings.SplitSeq(actions, "+") {
			if key := resource + ":" + action; rank(scope) > rank(widest[key]) {
				widest[key] = scope
			}
		}
	}
	for key, scope := range widest {
		resource, action, _ := strings.Cut(key, ":")
		if _, err := tx.Exec(ctx, "INSERT INTO role_rights (role, resource, action, scope) VALUES (?, ?, ?, ?)", role.code, resource, action, scope); err != nil {
			return fmt.Errorf("seed rights of %s: %w", role.code, err)
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO role_fields (role, field, rule, reveals_per_day) VALUES (?, 'phone', ?, ?)", role.code, role.phone, role.reveals)
	if err != nil {
		return fmt.Errorf("seed fields of %s: %w", role.code, err)
	}
	return nil
}

func rank(scope string) int {
	return map[string]int{"own": 1, "team": 2, "center": 3, "region": 4, "all": 5}[scope]
}
