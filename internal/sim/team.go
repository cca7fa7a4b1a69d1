package sim

import (
	"context"
	"time"

	"zhike/internal/kernel/bizdate"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/page"
	"zhike/internal/process"
)

// chores are what a principal asks of the team beside the customers, each with what is said about it while it is done.
var chores = []struct{ title, said string }{
	{"核对本周到访登记和合同", "有两份缺身份证号，已补。"},
	{"整理宣传册，缺的报给市场部", "还差英文册 50 本，已经报了。"},
	{"给暑期班家长回电话确认时间", "三位没接，明天上午再打。"},
	{"检查教室投影和音响", "二号教室的话筒没电，换过了。"},
	{"把试听反馈录入系统", ""},
}

const (
	weeklyCheck = "每周盘点接待区物料"
	choreShare  = 0.35 // of days on which the principal gives a task
	doneShare   = 0.5  // of open ones that are done on a day
)

// team plans what the principal of a center asks of the team, and what the team does of it.
func (a *agenda) team(ctx context.Context, tx *op.Tx) error {
	head := a.l.dir.Holders("principal", a.place.center)
	if len(head) == 0 || len(a.place.desk) == 0 {
		return nil
	}
	boss := head[0].ID
	asBoss := *tx
	asBoss.Viewer, _ = op.ViewerOf(a.l.as(ctx, boss))
	series, err := process.SeriesInScope(ctx, &asBoss, page.Request{})
	if err != nil {
		return err
	}
	if series.Total == 0 {
		a.at(a.minute(8), func(ctx context.Context) error {
			_, err := process.RepeatTask.Run(a.l.as(ctx, boss), a.l.run, process.RepeatTaskInput{StaffID: of(a.chores, a.place.desk), Title: weeklyCheck, Every: "week", Weekdays: []int{1}, From: a.day})
			return err
		})
	}
	a.at(a.minute(5), func(ctx context.Context) error { return a.read(a.l.as(ctx, boss)) })
	if a.chores.Float64() < choreShare {
		a.chore(boss)
	}
	open, err := process.Tasks(ctx, &asBoss, process.TaskFilter{Team: true, Kind: process.OtherTask, Limit: 30})
	if err != nil {
		return err
	}
	for _, t := range open {
		if a.chores.Float64() < doneShare && t.Created.Before(a.open) {
			a.finish(t)
		}
	}
	return nil
}

// chore gives somebody a task.
func (a *agenda) chore(boss id.ID) {
	what, who := of(a.chores, chores), of(a.chores, append(append([]id.ID{}, a.place.desk...), a.place.consultants...))
	due := a.day + bizdate.Date(a.chores.IntN(4))
	a.at(a.minute(15+a.chores.IntN(200)), func(ctx context.Context) error {
		given, err := process.GiveTask.Run(a.l.as(ctx, boss), a.l.run, process.GiveTaskInput{StaffID: who, Task: process.OtherTask, Title: what.title, Due: due, Priority: 2})
		if err != nil || what.said == "" {
			return err
		}
		a.l.Clock.Set(a.l.Clock.Now().Add(time.Minute))
		_, err = process.CommentTask.Run(a.l.as(ctx, who), a.l.run, process.CommentTaskInput{TaskID: given.ID, Text: what.said})
		return err
	})
}

// finish has who has a task do it.
func (a *agenda) finish(t process.Task) {
	a.at(a.minute(30+a.chores.IntN(600)), func(ctx context.Context) error {
		_, err := process.FinishTask.Run(a.l.as(ctx, t.Staff), a.l.run, process.FinishTaskInput{TaskID: t.ID})
		return err
	})
}
