-- +goose Up
-- what people say about a page (ROL-8): the page, its record, its HTML as it was shown (gzip), and the answer
CREATE TABLE feedback (
	id UUID NOT NULL PRIMARY KEY,
	staff UUID,
	center UUID,
	category TEXT NOT NULL,
	said TEXT NOT NULL,
	page TEXT NOT NULL,
	record_kind TEXT NOT NULL,
	record UUID,
	html BYTEA NOT NULL,
	state TEXT NOT NULL,
	outcome TEXT NOT NULL,
	answer TEXT NOT NULL,
	answered_by UUID,
	answered_at BIGINT,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX feedback_state ON feedback (state, id);
CREATE INDEX feedback_staff ON feedback (staff, id);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'feedback', 'create', 'own' FROM roles WHERE TRUE ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'feedback', 'update', 'all' FROM roles WHERE code IN ('it', 'project', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'feedback', 'read', CASE WHEN code IN ('it', 'project', 'general-manager') THEN 'all' ELSE 'own' END FROM roles WHERE TRUE ON CONFLICT DO NOTHING;
