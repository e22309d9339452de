-- Backends that a command added: gateways open them by the URL of their row.

ALTER TABLE backends ADD COLUMN managed boolean NOT NULL DEFAULT false;
