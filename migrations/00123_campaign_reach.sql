-- +goose Up
-- how many people a campaign is to reach, where that is planned (MKT-6); 0: it is not
ALTER TABLE campaigns ADD COLUMN plan_reach BIGINT NOT NULL DEFAULT 0;
-- what it had cost when it was closed (MKT-7), for those who may see costs
ALTER TABLE campaigns ADD COLUMN review_cost BIGINT NOT NULL DEFAULT 0;
