package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"zhike/internal/app"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/sales"
	"zhike/internal/testkit"
)

func checkIn(t *testing.T, s *testkit.School) {
	t.Helper()
	_, a := s.Appointment(t, s.HD)
	if _, err := sales.CheckIn.Run(s.FrontDesk(s.HD), s.Ops, sales.CheckInInput{AppointmentID: a.ID}); err != nil {
		t.Fatal(err)
	}
}

// TestORG4_SetUpScope: what one may not see does not exist, what one may see but not do is refused, on pages as everywhere.
func TestORG4_SetUpScope(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	hd, cy := signedIn(t, s, base, "principal", s.HD), s.StaffID(s.Principal(s.CY)).String()
	list := hd.get("/staff")
	if list.want(t, http.StatusOK, "principal@HD"); strings.Contains(list.body, "@CY") {
		t.Error("the list shows another center's staff")
	}
	if a := hd.get("/staff?q=principal"); !strings.Contains(a.body, "在职人员 1 名") {
		t.Error("the count is not that of the scope")
	}
	for _, path := range []string{"/staff/" + cy, "/staff/" + cy + "/edit", "/centers/" + s.CY.String(), "/staff/not-an-id", "/nothing"} {
		hd.get(path).want(t, http.StatusNotFound, "没有找到")
	}
	hd.get("/centers/"+s.HD.String()).want(t, http.StatusOK, "海淀校区")
	for _, path := range []string{"/staff/new", "/centers/new", "/settings", "/roles", "/channels/new", "/courses/new", "/packages/new", "/centers/" + s.HD.String() + "/edit"} {
		hd.get(path).want(t, http.StatusForbidden, "没有权限")
	}
	hd.post("/centers/new", "code", "XX", "name_zh", "某校区", "hours_1", "9-21").want(t, http.StatusForbidden)
	hd.post("/staff/"+cy+"/positions", "role", "it").want(t, http.StatusForbidden)
}

func TestORG1_Centers(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "it", id.None)
	v.post("/centers/new", "code", "", "name_zh", "", "hours_1", "late").want(t, http.StatusUnprocessableEntity, "有错误：", "“late”不是营业时间")
	v.post("/centers/new", "code", "HD", "name_zh", "又一个", "hours_1", "9-21").want(t, http.StatusUnprocessableEntity, "已被使用")
	a := v.post("/centers/new", "code", "XD", "name_zh", "西单校区", "status", "planned", "opened", "2026-09-01", "hours_1", "９：３０－１２：００，14:00至21:00", "hours_6", "8-24:00")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, "/centers/") {
		t.Fatalf("%d %s", a.status, a.to)
	}
	v.get(a.to).want(t, http.StatusOK, "西单校区", "筹备", "09:30–12:00, 14:00–21:00", "08:00–24:00", "不营业")
	v.post(a.to+"/rooms", "name", "101", "seats", "12").wantTo(t, a.to)
	v.post(a.to+"/rooms", "name", "101", "seats", "0").want(t, http.StatusUnprocessableEntity, "已有教室", "1 到 500")
	v.get(a.to).want(t, http.StatusOK, "101", "12")
	v.get("/centers?q=西单").want(t, http.StatusOK, "西单校区", "共 1 条")
	v.get("/centers?q=zzz").want(t, http.StatusOK, "没有符合条件的记录")
}

// TestORG1_SpecialDaysPage: the calendar of a center and of the company is entered, changed and removed on its page, and a booking shows it.
func TestORG1_SpecialDaysPage(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v := signedIn(t, s, base, "it", id.None)
	of := "/special-days?center=" + s.HD.String()
	v.get("/special-days").want(t, http.StatusOK, "全公司今后的特殊日期", "端午节", "照常", "法定节假日照常营业")
	v.post("/special-days", "center_id", s.HD.String(), "name_zh", "", "from", "", "kind", "closed").want(t, http.StatusUnprocessableEntity, "必填")
	v.post("/special-days", "name_zh", "端午体验课", "from", "2026-06-19", "kind", "hours", "hours", "late").want(t, http.StatusUnprocessableEntity, "“late”不是营业时间")
	v.post("/special-days", "center_id", s.HD.String(), "name_zh", "端午停课", "from", "2026-06-19", "until", "2026-06-20", "kind", "closed").wantTo(t, of)
	page := v.get(of)
	page.want(t, http.StatusOK, "端午停课", "全天不营业", "不营业", "全公司")
	v.get("/centers/"+s.HD.String()).want(t, http.StatusOK, "端午停课", "特殊日期")
	day, _ := s.Dir.SpecialDay(s.HD, bizdate.New(2026, 6, 20))
	edit := v.get("/special-days/" + day.ID.String())
	edit.want(t, http.StatusOK, "端午停课", `value="2026-06-20"`)
	change := []string{"name_zh", "端午半天", "from", "2026-06-19", "until", "", "kind", "hours", "hours", "9-12", "version"}
	v.post("/special-days/"+day.ID.String(), append(change, edit.hidden(t, "version"))...).wantTo(t, of)
	v.get(of).want(t, http.StatusOK, "端午半天", "09:00–12:00")
	v.post("/special-days/"+day.ID.String(), append(change, edit.hidden(t, "version"))...).want(t, http.StatusPreconditionFailed)
	v.post("/special-days/"+day.ID.String()+"/remove").wantTo(t, of)
	if a := v.get(of); strings.Contains(a.body, "09:00–12:00") {
		t.Error("the removed day is still listed")
	}
	v.post("/settings", "key", "calendar.holidays-work", "value", "0").wantTo(t, "/settings")
	v.get("/special-days").want(t, http.StatusOK, "法定节假日不营业", "按工作日的时间")
	v.get("/settings").want(t, http.StatusOK, "法定节假日照常营业", `<option value="0" selected`)
	principal := signedIn(t, s, base, "principal", s.HD)
	principal.get("/special-days").want(t, http.StatusOK, "海淀", "加特殊日期") // of the own center
	principal.post("/special-days", "center_id", s.HD.String(), "name_zh", "停电", "from", "2026-07-01", "kind", "closed").wantTo(t, of)
	principal.post("/special-days", "name_zh", "停电", "from", "2026-07-01", "kind", "closed").want(t, http.StatusForbidden)
	if a := principal.get("/special-days?center="); a.status != http.StatusOK || strings.Contains(a.body, "加特殊日期") {
		t.Errorf("a principal reads the company's calendar and does not change it: %d", a.status)
	}
	principal.get("/special-days?center="+s.CY.String()).want(t, http.StatusNotFound)
	principal.get("/special-days/"+day.ID.String()).want(t, http.StatusNotFound)
}

// TestPRC6_LimitsPage: a limit is set on its page; a figure that is asked for and not there, and a role that is not chosen, are refused, and
// what stood stays.
func TestPRC6_LimitsPage(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "it", id.None)
	set := func(role, how, most string) answer {
		return v.post("/approval-limits", "kind", "discount", "role", role, "set", how, "most", most)
	}
	set("general-manager", "up", "").want(t, http.StatusUnprocessableEntity, "必填")
	set("", "up", "10").want(t, http.StatusUnprocessableEntity)
	set("principal", "up", "120").want(t, http.StatusUnprocessableEntity, "超出可设的范围")
	v.get("/approval-limits").want(t, http.StatusOK, "不限", "20%")
	set("principal", "up", "12.5").wantTo(t, "/approval-limits")
	set("supervisor", "none", "").wantTo(t, "/approval-limits")
	if a := v.get("/approval-limits"); !strings.Contains(a.body, "12.5%") || strings.Contains(a.body, "15%") {
		t.Error("the limits are not as they were set")
	}
}

// TestUIB6_BeyondTheLastPage: a page behind the end of a list says so and leads to the last one; a list without records says what it is.
func TestUIB6_BeyondTheLastPage(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v := signedIn(t, s, base, "principal", s.HD)
	for _, path := range []string{"/enquiries", "/people"} {
		if a := v.get(path + "?page=999"); strings.Contains(a.body, "没有这一页") {
			t.Errorf("%s: an empty list has no page at all", path)
		}
	}
	s.Contract(t, s.HD)
	for _, path := range []string{"/enquiries", "/people", "/contracts"} {
		v.get(path+"?page=999").want(t, http.StatusOK, "没有这一页", "一共 1 条，到第 1 页为止", `href="`+path+`?page=1"`, "看最后一页")
	}
}

// TestORG10_Center: two people edit a center; where they changed different fields both hold, else the second one chooses.
func TestORG10_Center(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	one, two := signedIn(t, s, base, "it", id.None), signedIn(t, s, base, "it", id.None)
	path := "/centers/" + s.HD.String()
	form := one.get(path + "/edit")
	fields := func(name, city string) []string {
		list := []string{"version", form.hidden(t, "version"), "name_zh", name, "name_en", "Haidian", "city", city, "zone", "Asia/Shanghai", "opened", "2010-01-01", "status", "open"}
		for _, was := range []string{"name_zh", "name_en", "city", "zone", "opened", "status"} {
			list = append(list, "_was."+was, form.hidden(t, "_was."+was))
		}
		for _, day := range []string{"0", "1", "2", "3", "4", "5", "6"} {
			list = append(list, "hours_"+day, "9-21", "_was.hours_"+day, form.hidden(t, "_was.hours_"+day))
		}
		return list
	}
	one.post(path+"/edit", fields("海淀中关村", "")...).wantTo(t, path)
	two.post(path+"/edit", fields("海淀校区", "北京")...).wantTo(t, path)
	two.get(path).want(t, http.StatusOK, "海淀中关村", "北京")

	conflict := two.post(path+"/edit", fields("海淀五道口", "北京")...)
	conflict.want(t, http.StatusPreconditionFailed, "海淀五道口", "海淀中关村", "请逐项选择")
	chosen := []string{"name_zh", "海淀五道口", "version", conflict.hidden(t, "version")}
	for _, name := range []string{"name_en", "city", "zone", "opened", "status", "hours_0", "hours_1", "hours_2", "hours_3", "hours_4", "hours_5", "hours_6"} {
		chosen = append(chosen, name, conflict.hidden(t, name))
	}
	two.post(path+"/edit", chosen...).wantTo(t, path)
	two.get(path).want(t, http.StatusOK, "海淀五道口", "北京")
}

// TestORG10_Package is the same for packages; its terms make a new edition.
func TestORG10_Package(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "it", id.None)
	path := "/packages/" + s.Package.String() + "/edit"
	form := v.get(path)
	fields := func(name, price string) []string {
		list := []string{"version", form.hidden(t, "version"), "name_zh", name, "name_en", "48 hours", "hours_x100", "48", "gift_hours_x100", "4", "price_fen", price, "validity_days", "365", "consume", "paid-first", "active", "true"}
		for _, was := range []string{"name_zh", "name_en", "hours_x100", "gift_hours_x100", "price_fen", "validity_days", "consume", "active"} {
			list = append(list, "_was."+was, form.hidden(t, "_was."+was))
		}
		return list
	}
	v.post(path, fields("48 课时", "19,800")...).wantTo(t, "/packages")
	v.post(path, fields("四十八课时", "19200")...).wantTo(t, "/packages")
	v.get("/packages").want(t, http.StatusOK, "四十八课时", "¥19,800", "¥412.50")
	v.get(path).want(t, http.StatusOK, "第 2 版")
	v.post(path, fields("四十八课时", "20000")...).want(t, http.StatusPreconditionFailed, "¥20000.00", "¥19800.00")
	v.post(path, fields("", "abc")...).want(t, http.StatusUnprocessableEntity, "“abc”不是金额")
}

func TestSAL6_Courses(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "it", id.None)
	v.post("/courses/new", "code", "ART", "name_zh", "美术", "needs.0.kind", "text", "needs.1.code", "age", "needs.1.name_zh", "年龄段", "needs.1.kind", "choice", "needs.1.choices", "3–6；7–9、10–12", "needs.1.required", "true").wantTo(t, "/courses")
	v.get("/courses").want(t, http.StatusOK, "美术", "在用课程 2 门")
	a := v.post("/courses/new", "code", "ART2", "name_zh", "美术", "needs.2.code", "x", "needs.2.kind", "choice", "needs.2.choices", "只有一个")
	a.want(t, http.StatusUnprocessableEntity, `href="#f-needs-2-name-zh"`, `href="#f-needs-2-choices"`)
	v.get("/packages?course="+s.Course.String()).want(t, http.StatusOK, "48 课时", "共 1 条")
	v.post("/packages/new", "course_id", s.Course.String(), "code", "EN96", "name_zh", "96 课时", "hours_x100", "９６", "price_fen", "¥36,480", "validity_days", "545", "consume", "paid-first").wantTo(t, "/packages")
	v.get("/packages").want(t, http.StatusOK, "96 课时", "¥36,480", "¥380.00")
}

func TestSAL2_Channels(t *testing.T) {
	t.Parallel()
	s := school(t)
	v := signedIn(t, s, serve(t, s, app.PageOptions{}), "marketing", id.None)
	v.get("/channels").want(t, http.StatusOK, "网络", "30 分钟", "24 小时")
	v.post("/channels/new", "code", "Bad Code", "name_zh", "", "first_contact_minutes", "soon").want(t, http.StatusUnprocessableEntity, "“soon”不是整数")
	v.post("/channels/new", "code", "kol", "name_zh", "达人", "first_contact_minutes", "45", "parent_id", s.Web.String(), "walk_in", "false").wantTo(t, "/channels")
	v.get("/channels").want(t, http.StatusOK, "达人", "45 分钟")
	edit := "/channels/" + s.Web.String() + "/edit"
	form := v.get(edit)
	v.post(edit, "version", form.hidden(t, "version"), "name_zh", "互联网", "name_en", "", "first_contact_minutes", "20", "walk_in", "false", "active", "true").wantTo(t, "/channels")
	v.post(edit, "version", form.hidden(t, "version"), "name_zh", "线上", "first_contact_minutes", "20", "walk_in", "false", "active", "true").want(t, http.StatusPreconditionFailed, "刚被别人改过")
	v.get("/channels").want(t, http.StatusOK, "互联网", "20 分钟")
}

// TestORG2_Staff: positions begin and end, accounts close and open, and sessions end with them.
func TestORG2_Staff(t *testing.T) {
	t.Parallel()
	s := school(t)
	base := serve(t, s, app.PageOptions{})
	v, other := signedIn(t, s, base, "it", id.None), signedIn(t, s, base, "finance", s.HD)
	page := "/staff/" + s.StaffID(s.Finance(s.HD)).String()
	a := v.get(page)
	a.want(t, http.StatusOK, "财务 · 海淀校区", "可用")
	v.post(page+"/positions", "role", "", "from", "2026-06-01").want(t, http.StatusUnprocessableEntity, "必填")
	end := between(a.body, `action="/positions/`, `"`)
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	v.post("/positions/"+end, "staff", s.StaffID(s.Finance(s.HD)).String(), "until", "2026-06-02").wantTo(t, page)
	v.get(page).want(t, http.StatusOK, "6月2日")
	other.get("/").wantTo(t, "/sign-in?_next=%2F") // rights changed: the session ended (TRU-22)
	other = signedIn(t, s, base, "finance", s.HD)
	other.get("/").want(t, http.StatusOK, "您今天没有有效的岗位")
	account := between(v.get(page).body, `action="/accounts/`, `/`)
	v.post("/accounts/"+account+"/state", "active", "false", "staff", s.StaffID(s.Finance(s.HD)).String()).wantTo(t, page)
	other.get("/").wantTo(t, "/sign-in?_next=%2F")
	v.get("/staff?account=closed").want(t, http.StatusOK, "finance@hd", "在职人员 1 名")
	edit := v.get(page + "/edit")
	change := func(name, email string) answer {
		return v.post(page+"/edit", "version", edit.hidden(t, "version"), "name", name, "email", email, "active", "true",
			"_was.name", edit.hidden(t, "_was.name"), "_was.email", "", "_was.phone", "", "_was.active", "true")
	}
	change("财务一", "").wantTo(t, page)
	change(edit.hidden(t, "_was.name"), "f@school.example").wantTo(t, page) // ORG-10: other fields
	v.get(page).want(t, http.StatusOK, "财务一", "f@school.example")
	change("财务二", "f@school.example").want(t, http.StatusPreconditionFailed, "财务一", "财务二")
	v.post("/settings", "key", "appointment.reminder-minutes", "value", "60").wantTo(t, "/settings")
	v.get("/settings").want(t, http.StatusOK, `value="60"`, "出厂值 120")
	v.post("/settings", "key", "quote.discount-limit", "value", "１２.５％").wantTo(t, "/settings")
	v.get("/settings").want(t, http.StatusOK, `value="12.5"`, "出厂值 5", "报价优惠上限（%）")
	refused := v.post("/settings", "key", "quote.discount-limit", "value", "abc")
	refused.want(t, http.StatusUnprocessableEntity, "0 到 100 之间的百分数", `value="abc" aria-describedby="f-value-err" aria-invalid="true"`, `href="#f-value"`, "报价优惠上限（%）：")
	v.get("/roles/consultant").want(t, http.StatusOK, "销售顾问", "咨询单", "查看（本人）")
}
