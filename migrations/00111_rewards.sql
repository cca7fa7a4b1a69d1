-- +goose Up
-- what somebody is given for a person whom they brought (MKT-12): at most one for an enquiry. line names the hour account in which it is
-- booked; taken is what a reversal took back
CREATE TABLE rewards (
	id UUID NOT NULL PRIMARY KEY,
	enquiry UUID NOT NULL,
	person UUID NOT NULL,
	referrer UUID NOT NULL,
	center UUID NOT NULL,
	consultant UUID,
	contract UUID NOT NULL,
	hours BIGINT NOT NULL,
	state TEXT NOT NULL,
	line UUID,
	taken BIGINT NOT NULL,
	reason TEXT NOT NULL,
	earned_at BIGINT NOT NULL,
	day BIGINT NOT NULL,
	due BOOLEAN NOT NULL,
	version BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX rewards_enquiry ON rewards (enquiry);
CREATE INDEX rewards_person ON rewards (person);
CREATE INDEX rewards_referrer ON rewards (referrer, state);
CREATE INDEX rewards_center ON rewards (center, day);
CREATE INDEX rewards_contract ON rewards (contract);
CREATE INDEX rewards_due ON rewards (id) WHERE due = TRUE;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'reward', 'read', CASE code WHEN 'consultant' THEN 'own' WHEN 'general-manager' THEN 'all' ELSE 'center' END
	FROM roles WHERE code IN ('consultant', 'front-desk', 'finance', 'supervisor', 'principal', 'general-manager') ON CONFLICT DO NOTHING;
INSERT INTO role_rights (role, resource, action, scope) SELECT code, 'reward', 'reverse', 'center'
	FROM roles WHERE code IN ('finance', 'supervisor', 'principal') ON CONFLICT DO NOTHING;
