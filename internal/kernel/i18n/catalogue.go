package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Lang is a language of the program.
type Lang string

// The languages.
const (
	ZH Lang = "zh"
	EN Lang = "en"
)

// Langs lists the languages of the program; the first is the default.
var Langs = []Lang{ZH, EN}

// ParseLang reads a language; what is not one is the default.
func ParseLang(s string) Lang {
	if strings.HasPrefix(strings.ToLower(s), "en") {
		return EN
	}
	return ZH
}

// Tag is the language in HTML (BCP 47).
func (l Lang) Tag() string {
	if l == EN {
		return "en"
	}
	return "zh-CN"
}

// Other is the language one can switch to.
func (l Lang) Other() Lang {
	if l == EN {
		return ZH
	}
	return EN
}

//go:embed text
var units embed.FS

// Catalogue holds every text in every language. It is safe for concurrent use.
type Catalogue struct {
	plain    map[Lang]map[string]string // without placeholders
	filled   map[Lang]map[string]filled // with plain placeholders
	rest     map[Lang]*goi18n.Localizer // plural forms and everything else
	restKeys map[string]bool
	own      Own // names that the school gave; nil: none

	missing *missing
}

// Own gives the text that a school itself has for a key, in a language: it goes before the catalogue's.
type Own func(lang Lang, key string) (string, bool)

// missing notes the keys that were asked for in vain.
type missing struct {
	mu   sync.Mutex
	keys map[string]bool
}

// Named is the same catalogue with the names that a school gave: the entries of its lists are called so wherever they are shown.
func (c *Catalogue) Named(own Own) *Catalogue {
	named := *c
	named.own = own
	return &named
}

// New reads text/zh.toml and text/en.toml of each file system, and the units of this package.
// Refused: a key of one language only, a key defined twice, a template that cannot be read.
func New(fsys ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{
		plain: map[Lang]map[string]string{}, filled: map[Lang]map[string]filled{},
		rest: map[Lang]*goi18n.Localizer{}, restKeys: map[string]bool{}, missing: &missing{keys: map[string]bool{}},
	}
	messages := map[Lang]map[string]*goi18n.Message{}
	for _, lang := range Langs {
		messages[lang] = map[string]*goi18n.Message{}
		for i, f := range append([]fs.FS{units}, fsys...) {
			if err := read(f, lang, messages[lang]); err != nil {
				return nil, fmt.Errorf("texts %d: %w", i, err)
			}
		}
	}
	if err := sameKeys(messages); err != nil {
		return nil, err
	}
	return c, c.fill(messages)
}

// Has tells whether a key exists.
func (c *Catalogue) Has(key string) bool {
	if c.own != nil {
		if _, ok := c.own(ZH, key); ok {
			return true
		}
	}
	if _, ok := c.plain[ZH][key]; ok {
		return true
	}
	if _, ok := c.filled[ZH][key]; ok {
		return true
	}
	return c.restKeys[key]
}

// Keys lists every key in order.
func (c *Catalogue) Keys() []string {
	all := maps.Clone(c.restKeys)
	for key := range c.plain[ZH] {
		all[key] = true
	}
	for key := range c.filled[ZH] {
		all[key] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// Missing lists the keys that were asked for in vain, so that a test can demand none.
func (c *Catalogue) Missing() []string {
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	return slices.Sorted(maps.Keys(c.missing.keys))
}

// Text gives the text of a key; pairs are names and values. An unknown key gives ⟦key⟧ and is noted.
func (c *Catalogue) Text(lang Lang, key string, pairs ...any) string {
	if c.own != nil {
		if s, ok := c.own(lang, key); ok {
			return s
		}
	}
	if s, ok := c.plain[lang][key]; ok {
		return s
	}
	if f, ok := c.filled[lang][key]; ok {
		return f.with(pairs)
	}
	if c.restKeys[key] {
		if s, err := c.localize(lang, key, pairs); err == nil {
			return s
		}
	}
	c.missing.mu.Lock()
	defer c.missing.mu.Unlock()
	c.missing.keys[key] = true
	return "⟦" + key + "⟧"
}

func (c *Catalogue) localize(lang Lang, key string, pairs []any) (string, error) {
	data := make(map[string]any, len(pairs)/2)
	config := &goi18n.LocalizeConfig{MessageID: key, TemplateData: data}
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprint(pairs[i])
		data[name] = pairs[i+1]
		if name == "count" {
			config.PluralCount = pairs[i+1]
			data[name] = grouped(pairs[i+1])
		}
	}
	s, err := c.rest[lang].Localize(config)
	if err != nil {
		return "", fmt.Errorf("text %s: %w", key, err)
	}
	return s, nil
}

// fill sorts the texts by how they are written out: a look-up, a joining of pieces, or the library's templates.
func (c *Catalogue) fill(messages map[Lang]map[string]*goi18n.Message) error {
	bundle := goi18n.NewBundle(language.Chinese)
	for _, lang := range Langs {
		c.plain[lang], c.filled[lang] = map[string]string{}, map[string]filled{}
		tag := language.Make(string(lang))
		for key, m := range messages[lang] {
			if err := bundle.AddMessages(tag, m); err != nil {
				return fmt.Errorf("text %s in %s: %w", key, lang, err)
			}
			f, simple := parseFilled(m.Other)
			switch {
			case anyPlural(messages, key) || !simple:
				c.restKeys[key] = true
			case len(f) > 1 || f[0].name != "":
				c.filled[lang][key] = f
			default:
				c.plain[lang][key] = m.Other
			}
		}
		c.rest[lang] = goi18n.NewLocalizer(bundle, string(lang))
	}
	return nil
}

func anyPlural(messages map[Lang]map[string]*goi18n.Message, key string) bool {
	for _, lang := range Langs {
		if messages[lang][key].One != "" {
			return true
		}
	}
	return false
}

func read(f fs.FS, lang Lang, into map[string]*goi18n.Message) error {
	name := "text/" + string(lang) + ".toml"
	var tree map[string]any
	if _, err := toml.DecodeFS(f, name, &tree); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return flatten(name, "", tree, into)
}

var forms = []string{"zero", "one", "two", "few", "many", "other"}

func flatten(name, prefix string, tree map[string]any, into map[string]*goi18n.Message) error {
	for key, v := range tree {
		key = prefix + key
		var m *goi18n.Message
		switch v := v.(type) {
		case string:
			m = &goi18n.Message{ID: key, Other: v}
		case map[string]any:
			if m = pluralOf(key, v); m == nil {
				if err := flatten(name, key+".", v, into); err != nil {
					return err
				}
				continue
			}
		default:
			return fmt.Errorf("%s: %s is %T, want a text", name, key, v)
		}
		if into[key] != nil {
			return fmt.Errorf("%s: %s is defined twice", name, key)
		}
		into[key] = m
	}
	return nil
}

// pluralOf reads a table that holds nothing but plural forms, at least two of them; nil for any other table.
func pluralOf(key string, table map[string]any) *goi18n.Message {
	if len(table) < 2 {
		return nil
	}
	text := map[string]string{}
	for name, v := range table {
		s, ok := v.(string)
		if !ok || !slices.Contains(forms, name) {
			return nil
		}
		text[name] = s
	}
	if text["other"] == "" {
		return nil
	}
	return &goi18n.Message{
		ID: key, Zero: text["zero"], One: text["one"], Two: text["two"], Few: text["few"], Many: text["many"], Other: text["other"],
	}
}

func sameKeys(messages map[Lang]map[string]*goi18n.Message) error {
	var errs []error
	for _, lang := range Langs {
		for _, key := range slices.Sorted(maps.Keys(messages[lang])) {
			if messages[lang.Other()][key] == nil {
				errs = append(errs, fmt.Errorf("text %s is missing in %s", key, lang.Other()))
			}
		}
	}
	return errors.Join(errs...)
}
