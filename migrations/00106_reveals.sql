-- +goose Up
-- who was shown, or refused, what of whom: by staff member and center, for who watches the center (PPL-10); of a day before this, where the
-- account's staff member has a position at a center today
ALTER TABLE reveals ADD COLUMN staff UUID;
ALTER TABLE reveals ADD COLUMN center UUID;
UPDATE reveals SET staff = (SELECT a.staff FROM accounts a WHERE a.id = reveals.account);
UPDATE reveals SET center = (SELECT p.center FROM positions p WHERE p.staff = reveals.staff AND p.center IS NOT NULL ORDER BY p.from_day LIMIT 1);
CREATE INDEX reveals_center ON reveals (center, day);
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'reveal', 'read', CASE code WHEN 'general-manager' THEN 'all' ELSE 'center' END FROM roles WHERE code IN ('supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
