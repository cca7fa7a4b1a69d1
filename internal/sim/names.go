package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	surnames = strings.Fields("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 任 沈")
	girls    = strings.Fields("雨桐 梓涵 欣怡 诗涵 佳怡 子萱 思琪 雨欣 可欣 语嫣 婉清 静怡 晓楠 若曦 芷晴 梦洁 雪莹 慧敏 秀英 丽娟 婷婷 晨曦 安琪 依诺")
	boys     = strings.Fields("浩然 子轩 宇航 俊杰 一鸣 思远 博文 天佑 嘉豪 明轩 志强 建国 文博 睿阳 泽宇 昊天 子墨 承恩 家乐 立诚 海涛 磊 勇 伟")
	district = strings.Fields("海淀区 朝阳区 东城区 西城区 丰台区 通州区 昌平区 大兴区")
	notes    = strings.Fields("希望周末上课 担心跟不上进度 想先试听 价格有顾虑，问分期 等爸爸回来商量 离家近，很方便 同学推荐过来的 上学期英语没考好 想暑假一周三次 在别家上过，不满意")
)

// names makes people up.
type names struct{ r *rand.Rand }

func newNames(seed uint64) *names { return &names{rand.New(rand.NewPCG(seed, 7))} }

func of[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// person gives a name and a gender. Frequent surnames come first in the list and more often.
func (n *names) person() (name, gender string) {
	s := surnames[n.r.IntN(len(surnames))*n.r.IntN(len(surnames))/len(surnames)]
	if n.r.IntN(2) == 0 {
		return s + of(n.r, girls), "female"
	}
	return s + of(n.r, boys), "male"
}

// phone gives a Chinese mobile number.
func (n *names) phone() string {
	return fmt.Sprintf("1%s%08d", of(n.r, []string{"38", "39", "50", "51", "58", "59", "77", "86", "87", "88"}), n.r.IntN(100_000_000))
}
