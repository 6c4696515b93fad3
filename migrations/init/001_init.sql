-- What a PostgreSQL container runs first, once, on its empty database.
-- Tables are not made here: `alembic upgrade head` is their only source.

-- Times without a zone in ad-hoc queries then mean UTC, as in the whole project.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET timezone TO ''UTC''', current_database());
END
$$;

-- Only roles that were granted it may create objects in the public schema.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('GRANT CREATE, USAGE ON SCHEMA public TO %I', current_user);
END
$$;
