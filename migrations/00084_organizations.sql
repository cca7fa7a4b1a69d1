-- +goose Up
-- company customers (PPL-13): an organization is a row of persons, so that whatever names a payer may name it; what only an organization has
-- stands beside it
ALTER TABLE persons ADD COLUMN organization BOOLEAN NOT NULL DEFAULT FALSE;
CREATE TABLE organizations (
	id UUID NOT NULL PRIMARY KEY,
	name_key TEXT NOT NULL,
	title TEXT NOT NULL,
	tax_number TEXT NOT NULL,
	address TEXT NOT NULL,
	bank TEXT NOT NULL,
	bank_account TEXT NOT NULL,
	industry TEXT NOT NULL,
	parent UUID,
	center UUID,
	archived_at BIGINT
) WITHOUT ROWID;
CREATE INDEX organizations_name ON organizations (name_key);
CREATE INDEX organizations_tax ON organizations (tax_number) WHERE tax_number <> '';
CREATE INDEX organizations_parent ON organizations (parent) WHERE parent IS NOT NULL;
CREATE TABLE organization_contacts (
	id UUID NOT NULL PRIMARY KEY,
	organization UUID NOT NULL,
	person UUID NOT NULL,
	role TEXT NOT NULL,
	since BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX organization_contacts_organization ON organization_contacts (organization);
CREATE INDEX organization_contacts_person ON organization_contacts (person);
-- whoever sees people sees the company customers of the centers, as far as they see people there
INSERT INTO role_rights (role, resource, action, scope) SELECT role, 'organization', 'read', CASE WHEN scope IN ('region', 'all') THEN scope ELSE 'center' END
	FROM role_rights WHERE resource = 'person' AND action = 'read' ON CONFLICT DO NOTHING;
