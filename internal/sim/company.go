package sim

import (
	"context"
	"fmt"

	"zhike/internal/contracts"
	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/hours"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/marketing"
	"zhike/internal/organization"
)

// world is what the life needs to know of its company.
type world struct {
	centers  []place
	courses  []contracts.Course
	packages []contracts.Package
	channels map[string]id.ID
}

// place is a center with who works there.
type place struct {
	center      id.ID
	code        string
	desk        []id.ID
	consultants []id.ID
	told        []id.ID // who gets messages: the consultants and the supervisors
}

// places are the centers of the reference scenario, the largest first.
var places = [][3]string{
	{"HD", "海淀校区", "Haidian"},
	{"CY", "朝阳校区", "Chaoyang"},
	{"XC", "西城校区", "Xicheng"},
	{"FT", "丰台校区", "Fengtai"},
	{"DC", "东城校区", "Dongcheng"},
	{"TZ", "通州校区", "Tongzhou"},
	{"CP", "昌平校区", "Changping"},
	{"DX", "大兴校区", "Daxing"},
	{"SY", "顺义校区", "Shunyi"},
	{"SJ", "石景山校区", "Shijingshan"},
	{"FS", "房山校区", "Fangshan"},
	{"MT", "门头沟校区", "Mentougou"},
	{"HR", "怀柔校区", "Huairou"},
	{"PG", "平谷校区", "Pinggu"},
	{"MY", "密云校区", "Miyun"},
	{"YQ", "延庆校区", "Yanqing"},
	{"TJ", "天津校区", "Tianjin"},
	{"SJZ", "石家庄校区", "Shijiazhuang"},
	{"JN", "济南校区", "Jinan"},
	{"QD", "青岛校区", "Qingdao"},
}

// posts are who works at a center.
var posts = []struct {
	role string
	n    int
}{{"principal", 1}, {"supervisor", 1}, {"front-desk", 2}, {"consultant", 3}, {"assistant", 3}, {"teacher", 4}, {"finance", 1}}

func (l *Life) found(ctx context.Context) error {
	names := newNames(l.Seed)
	for i := range l.Centers {
		if err := l.openCenter(ctx, i, names); err != nil {
			return err
		}
	}
	for _, role := range []string{"general-manager", "marketing", "it"} {
		if err := l.hire(ctx, role, id.None, role, names); err != nil {
			return err
		}
	}
	if err := l.sellCourses(ctx); err != nil {
		return err
	}
	if err := l.setPool(ctx); err != nil {
		return err
	}
	if err := l.dir.Refresh(ctx, l.run, 0); err != nil {
		return err
	}
	if l.Founded != nil {
		if err := l.Founded(ctx); err != nil {
			return err
		}
	}
	if err := l.openAccounts(ctx); err != nil {
		return err
	}
	if err := l.recall(ctx); err != nil {
		return err
	}
	return l.setRules(ctx)
}

// acting are the roles whose holders do something in this life, each through an account: the timeline names them (PPL-6).
var acting = []string{"front-desk", "consultant", "supervisor"}

// openAccounts gives those who act an account, unless they have one. Nobody knows its one-time password.
func (l *Life) openAccounts(ctx context.Context) error {
	v, _ := op.ViewerOf(ctx)
	for _, c := range l.dir.Centers(v) {
		for _, role := range acting {
			for _, m := range l.dir.Holders(role, c.ID) {
				acc, err := l.account(ctx, m.ID)
				if err != nil {
					return err
				}
				if !acc.ID.IsNone() {
					continue
				}
				if _, err := organization.OpenAccount.Run(ctx, l.run, organization.OpenAccountInput{Login: m.Email, StaffID: m.ID}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// account is that of a staff member; it has no id where there is none.
func (l *Life) account(ctx context.Context, staff id.ID) (acc organization.Account, err error) {
	err = l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) error {
		r, err := organization.RecipientOf(ctx, tx, staff)
		if err == nil && r.Viewer != nil {
			acc = organization.Account{ID: r.Account, Login: r.Viewer.Login, Staff: staff, Lang: r.Viewer.Lang, Active: true}
		}
		return err
	})
	return acc, err
}

func (l *Life) openCenter(ctx context.Context, i int, names *names) error {
	p := places[i]
	c, err := organization.OpenCenter.Run(ctx, l.run, organization.CenterInput{
		Code: p[0], NameZH: p[1], NameEN: p[2], City: "北京", Opened: bizdate.New(2008+i%5, 3, 1),
	})
	if err != nil {
		return err
	}
	for room := range 5 {
		in := organization.RoomInput{CenterID: c.ID, Name: fmt.Sprintf("%d0%d", 1+room/3, 1+room%3), Seats: int64(8 + 4*(room%3))}
		if _, err := organization.AddRoom.Run(ctx, l.run, in); err != nil {
			return err
		}
	}
	if err := l.dir.Refresh(ctx, l.run, 0); err != nil {
		return err
	}
	for _, post := range posts {
		for n := range post.n {
			if err := l.hire(ctx, post.role, c.ID, fmt.Sprintf("%s-%s-%d", p[0], post.role, n+1), names); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *Life) hire(ctx context.Context, role string, center id.ID, code string, names *names) error {
	name, _ := names.person()
	s, err := organization.AddStaff.Run(ctx, l.run, organization.StaffInput{Code: code, Name: name, Phone: names.phone(), Email: code + "@zhike.example"})
	if err != nil {
		return err
	}
	_, err = organization.GivePosition.Run(ctx, l.run, organization.PositionInput{StaffID: s.ID, Role: role, CenterID: center, From: l.Start() - 400})
	return err
}

// sellCourses enters what the school sells.
func (l *Life) sellCourses(ctx context.Context) error {
	questions := []contracts.Question{
		{Code: "goal", NameZH: "学习目标", NameEN: "Goal", Required: true},
		{Code: "level", NameZH: "现有水平", NameEN: "Present level", Required: true},
		{Code: "time", NameZH: "可上课时间", NameEN: "Times that suit"},
		{Code: "budget", NameZH: "预算", NameEN: "Budget"},
	}
	for i, c := range [][3]string{{"KIDS", "少儿英语", "English for kids"}, {"TEENS", "青少英语", "English for teens"}, {"ADULT", "成人口语", "Spoken English"}, {"IELTS", "雅思", "IELTS"}} {
		course, err := contracts.AddCourse.Run(ctx, l.run, contracts.CourseInput{Code: c[0], NameZH: c[1], NameEN: c[2], Needs: questions})
		if err != nil {
			return err
		}
		for _, size := range []int64{48, 96, 144} {
			price := money.Yuan((400 - 20*(size/48-1) + int64(i)*40) * size)
			_, err := contracts.AddPackage.Run(ctx, l.run, contracts.PackageInput{
				Code: fmt.Sprintf("%s-%d", c[0], size), CourseID: course.ID, NameZH: fmt.Sprintf("%s %d 课时", c[1], size), NameEN: fmt.Sprintf("%s, %d hours", c[2], size),
				Hours: hours.Whole(size), Gift: hours.Whole(size / 24), Price: price, ValidityDays: 365 * (size + 47) / 96,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// staffOf reads who acts at a center, and their accounts.
func (l *Life) staffOf(ctx context.Context, c organization.Center) (place, error) {
	p := place{center: c.ID, code: c.Code}
	for _, role := range acting {
		for _, m := range l.dir.Holders(role, c.ID) {
			acc, err := l.account(ctx, m.ID)
			if err != nil {
				return p, err
			}
			l.accounts[m.ID] = acc
			if role == "front-desk" {
				p.desk = append(p.desk, m.ID)
				continue
			}
			if role == "consultant" {
				p.consultants = append(p.consultants, m.ID)
			}
			p.told = append(p.told, m.ID)
		}
	}
	if len(p.desk) == 0 || len(p.consultants) == 0 {
		return p, fmt.Errorf("center %s: %w", c.Code, errNobody)
	}
	return p, nil
}

// recall reads the company from the database, in an order that does not change.
func (l *Life) recall(ctx context.Context) error {
	if err := l.dir.Refresh(ctx, l.run, 0); err != nil {
		return err
	}
	v, _ := op.ViewerOf(ctx)
	l.world = world{channels: map[string]id.ID{}}
	l.accounts = map[id.ID]organization.Account{}
	for _, c := range l.dir.Centers(v) {
		p, err := l.staffOf(ctx, c)
		if err != nil {
			return err
		}
		l.world.centers = append(l.world.centers, p)
	}
	return l.run.Read(ctx, func(ctx context.Context, tx *op.Tx) (err error) {
		for _, c := range channelMix {
			ch, err := marketing.ChannelByName(ctx, tx, c.code)
			if err != nil {
				return err
			}
			l.world.channels[c.code] = ch.ID
		}
		if l.world.courses, err = contracts.Courses(ctx, tx, true); err != nil {
			return err
		}
		l.world.packages, err = contracts.Packages(ctx, tx, id.None, true)
		return err
	})
}
