-- Accounts: the tree, and what only triggers may write.

create or replace function mainstay.touch_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

do $$
declare
    v_table regclass;
begin
    for v_table in
        select a.attrelid::regclass
          from pg_attribute a
          join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
         where a.attname = 'updated_at' and not a.attisdropped
           and c.relnamespace = 'mainstay'::regnamespace
           and c.relname !~ '^webhook'
    loop
        execute format('create or replace trigger touch_updated_at '
            'before update on %s for each row '
            'execute function mainstay.touch_updated_at()', v_table);
    end loop;
end $$;

-- The user of this request, if he belongs to the tenant: for columns that
-- point to profiles. Null for keys, for the system, and for an operator.
create or replace function mainstay.actor_in(p_tenant uuid) returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    return (select p.user_id from mainstay.profiles p
             where p.tenant_id = p_tenant
               and p.user_id = app.current_user_id());
end
$$;

-- True while mainstay_maint loads history: nothing is news then, so nobody
-- is alerted, no playbook runs, and no audit entry is written.
--     set local mainstay.loading_history = on
create or replace function mainstay.is_loading_history() returns boolean
language sql stable
return current_user = 'mainstay_maint'
    and coalesce(nullif(pg_catalog.current_setting(
        'mainstay.loading_history', true), '')::boolean, false);

-- True within mainstay.undo_request: what follows from a change is put back
-- from the audit log as well, and nothing is news.
create or replace function mainstay.is_undoing() returns boolean
language sql stable
return coalesce(nullif(pg_catalog.current_setting('mainstay.undoing', true),
    '')::boolean, false);

-- Triggers run with the rights of the caller, so mainstay_app may write where
-- they write (portfolio_rollups, journey_history); by itself it must not.
create or replace function mainstay.refuse_direct_write() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception using errcode = 'insufficient_privilege',
        message = format('Rows of %s are written by triggers only.',
            tg_table_name);
end
$$;

-- Copies of what health_scores says, and the place in the tree, follow from
-- other rows; a direct write would make them lie.
create or replace function mainstay.accounts_guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if pg_catalog.pg_trigger_depth() = 1 then
        raise exception using errcode = 'insufficient_privilege',
            message = 'Health columns of an account follow from its health '
                'scores; insert a score instead.';
    end if;
    return new;
end
$$;
create or replace trigger accounts_10_guard
    before update of health_score, health_band, health_trend,
        previous_health_score, health_scored_at on mainstay.accounts
    for each row
    when ((old.health_score, old.health_band, old.health_trend,
            old.previous_health_score, old.health_scored_at)
        is distinct from (new.health_score, new.health_band,
            new.health_trend, new.previous_health_score,
            new.health_scored_at))
    execute function mainstay.accounts_guard();

-- A new account has no score yet, whatever the statement says.
create or replace function mainstay.accounts_unscored() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.health_score := null;
    new.health_band := null;
    new.health_trend := 'unknown';
    new.previous_health_score := null;
    new.health_scored_at := null;
    return new;
end
$$;
create or replace trigger accounts_10_unscored
    before insert on mainstay.accounts
    for each row execute function mainstay.accounts_unscored();

-- Moves in one tenant wait for each other and for additions: two that cross
-- could otherwise close a cycle that neither sees, and what is added below an
-- account that moves, or becomes a root, would keep the old path.
create or replace function mainstay.accounts_place_alone(p_tenant uuid,
    p_op text) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_lock constant bigint := hashtextextended(
        'accounts.parent_id/' || p_tenant::text, 0);
begin
    if pg_catalog.current_setting('transaction_isolation')
            in ('repeatable read', 'serializable') then
        raise exception using errcode = 'feature_not_supported',
            message = 'An account is placed in the tree by a transaction '
                'that is READ COMMITTED: an older snapshot does not show '
                'how others have moved.';
    elsif p_op = 'UPDATE' then
        perform pg_advisory_xact_lock(v_lock);
    else
        perform pg_advisory_xact_lock_shared(v_lock);
    end if;
end
$$;

-- Level and path of an account from its parent.
create or replace function mainstay.accounts_place() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_parent record;
begin
    if tg_op = 'UPDATE' or new.parent_id is not null then
        perform mainstay.accounts_place_alone(new.tenant_id, tg_op);
    end if;
    if new.parent_id is null then
        new.hierarchy_level := 0;
        new.hierarchy_path := new.id::text;
        return new;
    end if;
    if mainstay.is_below(new.tenant_id, new.parent_id, new.id) is not false
    then
        raise exception using errcode = 'MS422', column = 'parent_id',
            message = 'An account cannot be its own parent, at any depth.';
    end if;
    select a.hierarchy_level, a.hierarchy_path into v_parent
      from mainstay.accounts a
     where a.tenant_id = new.tenant_id and a.id = new.parent_id;
    -- No parent: the foreign key, or row security, refuses the row.
    new.hierarchy_level := coalesce(v_parent.hierarchy_level + 1, 0);
    new.hierarchy_path := coalesce(v_parent.hierarchy_path || '/', '')
        || new.id::text;
    return new;
end
$$;

-- Whether p_account is p_ancestor or lies below it. Walks parent_id and not
-- the path: inside one statement that moves several accounts, paths lag. Null
-- when no root is found within 64 levels.
create or replace function mainstay.is_below(p_tenant uuid, p_account uuid,
    p_ancestor uuid) returns boolean
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := p_account;
begin
    for i in 0..64 loop
        if v_id is null then
            return false;
        elsif v_id = p_ancestor then
            return true;
        end if;
        select a.parent_id into v_id from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = v_id;
    end loop;
    return null;
end
$$;

create or replace trigger accounts_20_place
    before insert on mainstay.accounts
    for each row execute function mainstay.accounts_place();
create or replace trigger accounts_20_place_moved
    before update of id, parent_id, hierarchy_level, hierarchy_path
    on mainstay.accounts
    for each row
    when (pg_catalog.pg_trigger_depth() = 0
        or old.parent_id is distinct from new.parent_id)
    execute function mainstay.accounts_place();

-- The account that is placed, or one that moves with it, would lie too deep:
-- said in words, before the constraint of that name says it.
create or replace function mainstay.accounts_depth() returns trigger
language plpgsql set search_path = ''
as $$
begin
    raise exception using errcode = 'MS422', column = 'parent_id',
        message = 'Accounts lie below each other on at most 64 levels.';
end
$$;
create or replace trigger accounts_30_depth
    before insert or update of parent_id, hierarchy_level on mainstay.accounts
    for each row when (new.hierarchy_level > 63)
    execute function mainstay.accounts_depth();

-- Everything below an account that moved moves with it.
create or replace function mainstay.accounts_place_below() returns trigger
language plpgsql set search_path = ''
as $$
begin
    with recursive below as (
        select a.id, a.hierarchy_level, a.hierarchy_path
          from mainstay.accounts a
         where a.tenant_id = new.tenant_id and a.id = new.id
        union all
        select c.id, b.hierarchy_level + 1,
               b.hierarchy_path || '/' || c.id::text
          from below b
          join mainstay.accounts c
            on c.tenant_id = new.tenant_id and c.parent_id = b.id
    )
    update mainstay.accounts a
       set hierarchy_level = b.hierarchy_level,
           hierarchy_path = b.hierarchy_path
      from below b
     where a.tenant_id = new.tenant_id and a.id = b.id
       and a.hierarchy_path <> b.hierarchy_path;
    return null;
end
$$;
create or replace trigger accounts_30_place_below
    after update of parent_id on mainstay.accounts
    for each row when (old.parent_id is distinct from new.parent_id)
    execute function mainstay.accounts_place_below();

-- The tenant of an account the caller may see, or MS404; its row is locked
-- when he may change it.
create or replace function mainstay.tenant_of_account(p_account uuid)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_tenant uuid;
begin
    select a.tenant_id into v_tenant from mainstay.accounts a
     where a.id = p_account
       and (app.current_tenant_id() is null
           or a.tenant_id = (select app.current_tenant_id()));
    if v_tenant is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such account.';
    end if;
    perform from mainstay.accounts a
      where a.tenant_id = v_tenant and a.id = p_account
        for no key update;
    return v_tenant;
end
$$;

grant execute on function mainstay.actor_in(uuid),
    mainstay.is_loading_history(), mainstay.is_undoing(),
    mainstay.is_below(uuid, uuid, uuid),
    mainstay.accounts_place_alone(uuid, text),
    mainstay.tenant_of_account(uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;
