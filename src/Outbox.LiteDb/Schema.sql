CREATE UNIQUE INDEX id ON outbox_endpoint ($.id_key);
CREATE INDEX scope ON outbox_endpoint ($.scope_key);
CREATE INDEX standing ON outbox_endpoint ($.standing);
CREATE INDEX expires ON outbox_endpoint ($.expires_at);
CREATE INDEX blocked ON outbox_endpoint ($.blocked_until);

CREATE UNIQUE INDEX id ON outbox_event ($.id_key);
CREATE INDEX subject ON outbox_event ($.subject_key);
CREATE INDEX idempotency ON outbox_event ($.idempotency_key);
CREATE INDEX deadline ON outbox_event ($.next_deadline);
CREATE INDEX unowed ON outbox_event ($.unowed_since);

CREATE UNIQUE INDEX id ON outbox_delivery ($.id_key);
CREATE INDEX event ON outbox_delivery ($.event);
CREATE INDEX place ON outbox_delivery ($.place);
CREATE INDEX owed ON outbox_delivery ($.owed);
