package i18n

import "context"

type contextKey struct{}

type spoken struct {
	catalogue *Catalogue
	lang      Lang
}

// WithCatalogue says in which language, and from which catalogue, the texts of a request are read.
func WithCatalogue(ctx context.Context, c *Catalogue, lang Lang) context.Context {
	return context.WithValue(ctx, contextKey{}, spoken{c, lang})
}

// WithLang is the same catalogue in another language.
func WithLang(ctx context.Context, lang Lang) context.Context {
	return WithCatalogue(ctx, of(ctx).catalogue, lang)
}

// LangOf gives the language of a request; Chinese where none was said.
func LangOf(ctx context.Context) Lang { return of(ctx).lang }

// T gives the text of a key in the language of the request; pairs are names and values, "count" chooses the plural form.
// An unknown key gives ⟦key⟧.
func T(ctx context.Context, key string, pairs ...any) string {
	s := of(ctx)
	if s.catalogue == nil {
		return "⟦" + key + "⟧"
	}
	return s.catalogue.Text(s.lang, key, pairs...)
}

// Has tells whether the request's catalogue knows a key.
func Has(ctx context.Context, key string) bool {
	c := of(ctx).catalogue
	return c != nil && c.Has(key)
}

func of(ctx context.Context) spoken {
	s, _ := ctx.Value(contextKey{}).(spoken)
	if s.lang == "" {
		s.lang = ZH
	}
	return s
}
