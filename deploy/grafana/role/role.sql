-- The role that Grafana reads with, as the owner of the tables; may run again.
\getenv password NOF1_GRAFANA_PASSWORD

SELECT 'CREATE ROLE nof1_grafana LOGIN'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'nof1_grafana') \gexec

ALTER ROLE nof1_grafana PASSWORD :'password';
ALTER ROLE nof1_grafana SET default_transaction_read_only = on;
ALTER ROLE nof1_grafana SET statement_timeout = '30s';
GRANT USAGE ON SCHEMA public TO nof1_grafana;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO nof1_grafana;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO nof1_grafana;
