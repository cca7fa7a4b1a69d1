package i18n

import (
	"context"
	"strconv"
	"strings"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/phone"
)

// Date writes a day: 6月3日 周一; another year than today's 2012年4月17日. No date is none.
func Date(ctx context.Context, d, today bizdate.Date) string {
	if d.IsZero() {
		return None
	}
	return day(ctx, d.UTC(), today.UTC().Year())
}

// DateShort writes a day in little space, where its year is clear: 6/3; 3 Jun.
func DateShort(ctx context.Context, d bizdate.Date) string {
	if d.IsZero() {
		return None
	}
	_, m, n := d.UTC().Date()
	return T(ctx, "date.short", "month", month(ctx, m), "number", strconv.Itoa(int(m)), "day", strconv.Itoa(n))
}

// Month writes a month: 2013 年 6 月; June 2013.
func Month(ctx context.Context, d bizdate.Date) string {
	y, m, _ := d.UTC().Date()
	return T(ctx, "date.year-month", "year", strconv.Itoa(y), "month", month(ctx, m), "number", strconv.Itoa(int(m)))
}

// Weekday writes a day of the week: 周一; Mon.
func Weekday(ctx context.Context, w time.Weekday) string {
	return T(ctx, "date.weekday-"+strconv.Itoa(int(w)))
}

// DateTime writes an instant in a zone: 6月3日 周一 09:12; Mon 3 Jun, 09:12. The zero time is none.
func DateTime(ctx context.Context, t time.Time, zone *time.Location, now time.Time) string {
	if t.IsZero() {
		return None
	}
	t = t.In(zone)
	return T(ctx, "date.time", "date", day(ctx, t, now.In(zone).Year()), "time", t.Format("15:04"))
}

// Clock writes the time of day of an instant in a zone: 09:12.
func Clock(_ context.Context, t time.Time, zone *time.Location) string {
	return t.In(zone).Format("15:04")
}

// Soon writes how long something may still take: 剩 8 分钟; 8 min left; 超 2 小时 once it is late.
func Soon(ctx context.Context, t, now time.Time) string {
	if t.Before(now) {
		return T(ctx, "time.late", "span", span(ctx, now.Sub(t)))
	}
	return T(ctx, "time.left", "span", span(ctx, t.Sub(now)))
}

// Ago writes how long ago something was: 3 天前; 3 d ago; 刚刚 below a minute.
func Ago(ctx context.Context, t, now time.Time) string {
	d := now.Sub(t)
	if d < time.Minute {
		return T(ctx, "time.now")
	}
	return T(ctx, "time.ago", "span", span(ctx, d))
}

// Span writes a duration in its largest fitting unit: 8 分钟, 3 小时, 12 天; 8 min, 3 h, 12 d.
func Span(ctx context.Context, d time.Duration) string { return span(ctx, d) }

// Phone writes a number kept as E.164: 138 0013 8000; +86 138 0013 8000. A masked or unreadable one stays as it is.
func Phone(ctx context.Context, e164 string) string {
	if strings.Contains(e164, "*") {
		return e164
	}
	s := phone.National(e164)
	if LangOf(ctx) == EN && strings.HasPrefix(e164, "+86") {
		return "+86 " + strings.TrimPrefix(s, "0")
	}
	return s
}

// MaskedPhone writes a number with its middle hidden: 138****8000.
func MaskedPhone(_ context.Context, e164 string) string {
	if strings.Contains(e164, "*") {
		return e164
	}
	return phone.Mask(e164)
}

func day(ctx context.Context, t time.Time, year int) string {
	y, m, d := t.Date()
	if y != year {
		return T(ctx, "date.other-year",
			"year", strconv.Itoa(y), "month", month(ctx, m), "number", strconv.Itoa(int(m)), "day", strconv.Itoa(d))
	}
	return T(ctx, "date.this-year",
		"month", month(ctx, m), "number", strconv.Itoa(int(m)), "day", strconv.Itoa(d), "weekday", Weekday(ctx, t.Weekday()))
}

func month(ctx context.Context, m time.Month) string {
	return T(ctx, "date.month-"+strconv.Itoa(int(m)))
}

func span(ctx context.Context, d time.Duration) string {
	key, n := "time.minutes", int64(max(d, time.Minute)/time.Minute)
	switch {
	case d >= 90*24*time.Hour:
		key, n = "time.months", int64(d/(30*24*time.Hour))
	case d >= 48*time.Hour:
		key, n = "time.days", int64(d/(24*time.Hour))
	case d >= time.Hour:
		key, n = "time.hours", int64(d/time.Hour)
	}
	return T(ctx, key, "n", strconv.FormatInt(n, 10))
}
