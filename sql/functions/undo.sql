-- Undo of one request, from the audit log: rows it changed get their former
-- values back, rows it added go, rows it removed return. All of it or, when a
-- row has changed since, nothing.
--
-- For your own page:
--   * redirect a form with ?done={request_id}; the page that opens says what
--     was done and offers Undo. There is nothing else to write.
--   * a new table gets a line in mainstay.audited_tables() (audit.sql), which
--     says what of it may be undone.
--   * what a trigger writes into a table that is undone as well must not be
--     written again: it asks mainstay.is_undoing().
--
-- Undo runs with the rights of who asks for it and leaves entries of its own
-- in the log, with the id of its own request: so it can be undone in turn.

create or replace function mainstay.undo_period() returns interval
language sql immutable
return interval '24 hours';

-- t and c are the same row: c (key jsonb) names it by its primary key.
create or replace function mainstay.undo_match(p_table regclass)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select string_agg(case a.attname when 'tenant_id'
                   then 't.tenant_id = $1'
                   else format('t.%1$I = (c.key ->> %1$L)::%2$s', a.attname,
                       format_type(a.atttypid, a.atttypmod)) end, ' and ')
          from pg_catalog.pg_index i
          join pg_catalog.pg_attribute a
            on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
         where i.indrelid = p_table and i.indisprimary);
end
$$;

-- The row t as far as it may be read.
create or replace function mainstay.undo_row(p_table regclass)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select format('(select to_jsonb(s) from (select %s) s)',
                   string_agg(format('t.%I', a.attname), ', '))
          from pg_catalog.pg_attribute a
         where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
           and has_column_privilege(p_table, a.attnum, 'select'));
end
$$;

-- What a request came to, one line for each row: kind is what has to be done
-- to it now. Of several changes the first value before and the last after
-- count.
create or replace function mainstay.undo_changes(p_tenant uuid,
    p_request text)
returns table (name text, kind text, key jsonb, before jsonb, after jsonb)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    with entry as materialized (
        select l.*, case when l.object_id is not null
                   then jsonb_build_object('id', l.object_id)
                   else (
                       select jsonb_object_agg(a.attname,
                                  coalesce(l.after, l.before) -> a.attname)
                         from pg_catalog.pg_index i
                         join pg_catalog.pg_attribute a
                           on a.attrelid = i.indrelid
                          and a.attnum = any (i.indkey)
                        where i.indrelid = to_regclass('mainstay.'
                                  || l.object_type)
                          and i.indisprimary and a.attname <> 'tenant_id')
               end as key
          from api.undo_log(p_tenant, p_request) l
         where l.object_type <> 'request'
    ), net as (
        select e.object_type as name, e.key,
               (array_agg(e.verb order by e.id))[1] <> 'insert' as was,
               (array_agg(e.verb order by e.id desc))[1] <> 'delete' as is
          from entry e
         group by 1, 2
    ), value as (
        select e.object_type as name, e.key,
               jsonb_object_agg(v.key, v.value order by e.id desc)
                   filter (where v.is_before) as before,
               jsonb_object_agg(v.key, v.value order by e.id)
                   filter (where not v.is_before) as after
          from entry e
         cross join lateral (
               select b.key, b.value, true as is_before
                 from jsonb_each(e.before) b
                union all
               select a.key, a.value, false from jsonb_each(e.after) a) v
         group by 1, 2
    )
    select n.name,
           case when not n.was then 'remove' when not n.is then 'restore'
               else 'revert' end,
           n.key, v.before, v.after
      from net n
      join value v on v.name = n.name and v.key = n.key
     where (n.was or n.is)
       and (not n.was or not n.is or v.before <> v.after);
end
$$;

-- The same by table and kind, to be read more than once: [{name, kind, rows}].
create or replace function mainstay.undo_groups(p_tenant uuid,
    p_request text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(g)), '[]')
          from (select c.name, c.kind,
                       jsonb_agg(jsonb_build_object('key', c.key,
                           'before', coalesce(c.before, '{}'),
                           'after', coalesce(c.after, '{}'))) as rows
                  from mainstay.undo_changes(p_tenant, p_request) c
                 group by c.name, c.kind) g);
end
$$;

-- Whether a column was changed that no page may write: its undo would not be
-- all of it. (What only follows from another row goes back with that.)
create or replace function mainstay.undo_is_hidden(p_groups jsonb)
returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from jsonb_to_recordset(p_groups)
                   g (name text, kind text, rows jsonb)
          join mainstay.audited_tables() t
            on t.name = g.name and t.noun is not null
         cross join lateral (
               select distinct k.key
                 from jsonb_array_elements(g.rows) r (row)
                cross join jsonb_object_keys(r.row -> 'before') k (key)) c
          join pg_catalog.pg_attribute a
            on a.attrelid = to_regclass('mainstay.' || g.name)
           and a.attname = c.key and not a.attisdropped
           and a.attgenerated = ''
         where g.kind = 'revert'
           and not has_column_privilege(a.attrelid, a.attnum, 'update'));
end
$$;

-- A role that it takes to put the rows back and that the caller has not, as
-- mainstay.protect_table has written it into the policies.
create or replace function mainstay.undo_role(p_groups jsonb) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select r.role
          from (select substring(pg_catalog.pg_get_expr(
                           coalesce(p.polqual, p.polwithcheck), p.polrelid)
                           from 'may\(''([^'']+)''') as role
                  from jsonb_to_recordset(p_groups) g (name text, kind text)
                  join pg_catalog.pg_policy p
                    on p.polrelid = to_regclass('mainstay.' || g.name)
                   and p.polname = case g.kind when 'remove'
                       then 'app_delete' when 'revert' then 'app_update'
                       else 'app_insert' end) r
         where app.may(r.role) is not true
         order by app.role_rank(r.role) desc limit 1);
end
$$;

-- Why a request cannot be undone, as [error code, sentence]; null: it can.
create or replace function mainstay.undo_refusal(p_tenant uuid,
    p_request text, p_groups jsonb) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_at timestamptz;
    v_role text;
begin
    select min(l.at) into v_at from api.undo_log(p_tenant, p_request) l;
    if v_at is null then
        return array['MS404', 'There is nothing of yours to undo.'];
    elsif v_at < now() - mainstay.undo_period() then
        return array['MS409', 'This was done more than 24 hours ago and can '
            'no longer be undone.'];
    elsif api.is_undone(p_tenant, p_request) then
        return array['MS409', 'This has been undone already.'];
    elsif p_groups = '[]' or exists (
        select from jsonb_to_recordset(p_groups) g (name text, kind text)
          left join mainstay.audited_tables() t on t.name = g.name
         where case g.kind when 'remove' then 'insert'
                   when 'revert' then 'update' else 'delete' end
               <> all (coalesce(string_to_array(t.undo, ' '), '{}')))
        or mainstay.undo_is_hidden(p_groups) then
        return array['MS409', 'This cannot be undone.'];
    end if;
    v_role := mainstay.undo_role(p_groups);
    if v_role is not null then
        return array['MS403', format('To undo this needs the role %s.',
            v_role)];
    end if;
    return null;
end
$$;

-- "TechStart Solutions", "the contact Ann", "10 accounts".
create or replace function mainstay.undo_object(p_noun text, p_count integer,
    p_title text) returns text
language sql stable
return case
    when p_count > 1 then app.count_text(p_count, p_noun)
    when p_noun in ('account', 'person') and p_title is not null then p_title
    when p_noun = 'alert' then format('the alert “%s”', p_title)
    when p_noun = 'tier' then 'the tier ' || app.label_text(p_title)
    else concat_ws(' ', 'the', p_noun, p_title)
end;

-- What one of the rows is called now; null when it is gone.
create or replace function mainstay.undo_title(p_tenant uuid, p_name text,
    p_title text, p_rows jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_title text;
begin
    execute format('select t.%I from mainstay.%I t, '
        'jsonb_to_recordset($2) c (key jsonb) where %s limit 1', p_title,
        p_name, mainstay.undo_match(('mainstay.' || p_name)::regclass))
       into v_title using p_tenant, p_rows;
    return v_title;
end
$$;

-- What was changed, in words: the columns and, of accounts, the new values
-- that say most.
create or replace function mainstay.undo_change_text(p_tenant uuid,
    p_name text, p_columns text[], p_after jsonb, p_object text)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_word text;
    v_owner text;
begin
    v_word := case
        when p_columns <@ array['status', 'acknowledged_at',
            'acknowledged_by', 'resolved_at'] and p_name = 'alerts'
            then case p_after ->> 'status' when 'open' then 'Opened again'
                else app.label_text(p_after ->> 'status') end
        when p_columns <@ array['status', 'held_at', 'figures']
            and p_name = 'business_reviews'
            then app.label_text(p_after ->> 'status')
        when p_columns <@ array['is_active', 'disabled_at',
            'disabled_reason']
            then case when p_name = 'profiles'
                then case when (p_after -> 'is_active')::boolean
                    then 'Activated' else 'Deactivated' end
                else case when (p_after -> 'is_active')::boolean
                    then 'Resumed' else 'Paused' end end
        end;
    if v_word is not null then
        return v_word || ' ' || p_object;
    elsif p_columns <@ array['display_order', 'position'] then
        return 'Changed the order of ' || p_object;
    elsif p_columns = array['role'] then
        return format('Changed the role of %s to %s', p_object,
            p_after ->> 'role');
    elsif p_name = 'accounts'
        and p_columns <@ array['current_stage', 'stage_entered_at'] then
        return 'Moved ' || p_object
            || coalesce(' to ' || (p_after ->> 'current_stage'), '');
    elsif p_columns = array['csm_id'] then
        select p.full_name into v_owner from mainstay.profiles p
         where p.tenant_id = p_tenant
           and p.user_id = (p_after ->> 'csm_id')::uuid;
        return 'Changed the owner of ' || p_object
            || coalesce(' to ' || v_owner, '');
    elsif cardinality(p_columns) = 1 then
        return format('Changed the %s of %s',
            case p_columns[1] when 'color_hex' then 'colour'
                when 'target_duration_days' then 'target days'
                when 'arr_from_cents' then 'ARR'
                when 'url' then 'address'
                else lower(app.label_text(regexp_replace(p_columns[1],
                    '^is_|_(id|cents|on)$', '', 'g'))) end,
            p_object);
    end if;
    return 'Changed ' || p_object;
end
$$;

-- What a request did, in one sentence without a full stop.
create or replace function mainstay.undo_text(p_tenant uuid, p_groups jsonb)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_main record;
    v_columns text[];
    v_common jsonb;
    v_title text;
    v_object text;
begin
    select g.name, g.kind, g.rows, t.noun, t.title,
           jsonb_array_length(g.rows) as number into v_main
      from jsonb_to_recordset(p_groups) g (name text, kind text, rows jsonb)
      join mainstay.audited_tables() t
        on t.name = g.name and t.noun is not null
     order by t.place, g.kind limit 1;
    if not found then
        return null;
    end if;
    -- The columns, and a value that all rows got.
    select array_agg(a.key),
           jsonb_object_agg(a.key, a.least::jsonb)
               filter (where a.least = a.most)
      into v_columns, v_common
      from (select v.key, min(v.value::text) as least,
                   max(v.value::text) as most
              from jsonb_array_elements(v_main.rows) r (row)
             cross join jsonb_each(r.row -> 'after') v
             group by v.key) a;
    if v_main.number = 1 and v_main.title is not null then
        v_title := coalesce(v_main.rows #>> array['0', 'after', v_main.title],
            v_main.rows #>> array['0', 'before', v_main.title],
            mainstay.undo_title(p_tenant, v_main.name, v_main.title,
                v_main.rows));
    end if;
    v_object := mainstay.undo_object(v_main.noun, v_main.number, v_title);
    return case v_main.kind
        when 'remove' then 'Added ' || v_object
        when 'restore' then 'Removed ' || v_object
        else mainstay.undo_change_text(p_tenant, v_main.name, v_columns,
            v_common, v_object)
    end;
end
$$;

-- What a page opened with ?done=<request id> says; no row: nothing.
create or replace function mainstay.undo_toast(p_tenant uuid, p_request text)
returns table (text text, undo text, label text)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_undo jsonb;
    v_groups jsonb;
begin
    if api.is_undone(p_tenant, p_request) or not exists (
        select from api.undo_log(p_tenant, p_request) l
         where l.actor_id = app.current_user_id()) then
        return;
    end if;
    select l.after into v_undo from api.undo_log(p_tenant, p_request) l
     where l.object_type = 'request';
    v_groups := mainstay.undo_groups(p_tenant, p_request);
    text := case when v_undo is null
            then mainstay.undo_text(p_tenant, v_groups)
        when (v_undo -> 'is_redo')::boolean
            then 'Done again: ' || (v_undo ->> 'said')
        else 'Undone: ' || (v_undo ->> 'said') end;
    label := case when v_undo is null or (v_undo -> 'is_redo')::boolean
        then 'Undo' else 'Redo' end;
    if mainstay.undo_refusal(p_tenant, p_request, v_groups) is null then
        undo := p_request;
    end if;
    if text is not null then
        return next;
    end if;
end
$$;
comment on function mainstay.undo_toast(uuid, text) is
    'What the request of that id did, if the caller did it; undo is its id '
    'when it can be undone.';

-- Rows of the group are as the request left them, or already as they were
-- before it; they are locked. MS409 names one that is not.
create or replace function mainstay.undo_check(p_tenant uuid, p_name text,
    p_rows jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_table constant regclass := ('mainstay.' || p_name)::regclass;
    v_match constant text := mainstay.undo_match(v_table);
    v_row constant text := mainstay.undo_row(v_table);
    v_same jsonb;
    v_other jsonb;
    v_what record;
    v_title text;
begin
    execute format('select jsonb_agg(s.key) from ('
        'select c.key from %1$s t, jsonb_to_recordset($2) '
        'c (key jsonb, before jsonb, after jsonb) where %2$s '
        'and not exists (select from jsonb_each(c.after) a '
        'where %3$s -> a.key <> a.value '
        'and %3$s -> a.key is distinct from c.before -> a.key) %4$s) s',
        v_table, v_match, v_row,
        case when has_any_column_privilege(v_table, 'update')
            then 'for update of t' end)
       into v_same using p_tenant, p_rows;
    select jsonb_agg(r.row) into v_other
      from jsonb_array_elements(p_rows) r (row)
     where (r.row -> 'key') not in (
           select k.key from jsonb_array_elements(v_same) k (key));
    if v_other is null then
        return;
    end if;
    select t.title, coalesce(t.noun, 'journey of an account') as noun
      into v_what from mainstay.audited_tables() t where t.name = p_name;
    if v_what.title is not null then
        v_title := mainstay.undo_title(p_tenant, p_name, v_what.title,
            v_other);
    end if;
    raise exception using errcode = 'MS409', message = format(
        'Nothing was undone: %s changed since.',
        mainstay.undo_object(v_what.noun, jsonb_array_length(v_other),
            v_title) || case jsonb_array_length(v_other) when 1 then ' has'
            else ' have' end);
end
$$;

-- Nothing hangs on the rows that are to go, but for what goes with them.
create or replace function mainstay.undo_check_alone(p_tenant uuid,
    p_name text, p_rows jsonb, p_gone jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_table constant regclass := ('mainstay.' || p_name)::regclass;
    v_child record;
    v_is_alone boolean;
begin
    for v_child in
        select c.relname as name, (
                   select string_agg(format('d.%I = t.%I', f.attname,
                              k.attname), ' and ')
                     from unnest(x.conkey, x.confkey) u (far, near)
                     join pg_catalog.pg_attribute f
                       on f.attrelid = x.conrelid and f.attnum = u.far
                     join pg_catalog.pg_attribute k
                       on k.attrelid = x.confrelid and k.attnum = u.near)
                   as joined
          from pg_catalog.pg_constraint x
          join pg_catalog.pg_class c on c.oid = x.conrelid
         where x.confrelid = v_table and x.contype = 'f'
           and x.confdeltype in ('c', 'n') and x.conparentid = 0
           and c.relname not in ('health_scores', 'alerts')
           and (c.relname in (select a.name from mainstay.audited_tables() a)
               or exists (select from pg_catalog.pg_attribute a
                           where a.attrelid = c.oid
                             and a.attname = 'observed_at'))
    loop
        execute format('select not exists (select from %1$s t, '
            'jsonb_to_recordset($2) c (key jsonb), mainstay.%2$I d '
            'where %3$s and %4$s and not exists (select from '
            'jsonb_to_recordset($3) c (key jsonb), lateral (select d.*) t '
            'where %5$s))', v_table, v_child.name,
            mainstay.undo_match(v_table), v_child.joined,
            mainstay.undo_match(('mainstay.' || v_child.name)::regclass))
           into v_is_alone
          using p_tenant, p_rows, coalesce(p_gone -> v_child.name::text,
              '[]');
        if not v_is_alone then
            raise exception using errcode = 'MS409', message =
                'Nothing was undone: what was added is in use since.';
        end if;
    end loop;
end
$$;

-- Of the rows of a group those that are not yet as they were: what follows
-- from another row may have gone back with it.
create or replace function mainstay.undo_left(p_tenant uuid, p_name text,
    p_rows jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_table constant regclass := ('mainstay.' || p_name)::regclass;
    v_left jsonb;
begin
    execute format('select jsonb_agg(to_jsonb(c)) from %s t, '
        'jsonb_to_recordset($2) c (key jsonb, before jsonb) where %s '
        'and exists (select from jsonb_each(c.before) b '
        'where %s -> b.key <> b.value)', v_table,
        mainstay.undo_match(v_table), mainstay.undo_row(v_table))
       into v_left using p_tenant, p_rows;
    return v_left;
end
$$;

create or replace function mainstay.undo_apply(p_tenant uuid, p_name text,
    p_kind text, p_rows jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_table constant regclass := ('mainstay.' || p_name)::regclass;
    v_columns text;
begin
    if p_kind = 'revert' then
        p_rows := mainstay.undo_left(p_tenant, p_name, p_rows);
    end if;
    if p_rows is null then
        return;
    end if;
    select string_agg(quote_ident(a.attname), ', ') into v_columns
      from pg_catalog.pg_attribute a
     where a.attrelid = v_table and a.attnum > 0 and not a.attisdropped
       and a.attgenerated = '' and a.attidentity <> 'a'
       and a.attname in (
           select k.key
             from jsonb_array_elements(p_rows) r (row)
            cross join jsonb_each(r.row -> 'before') k);
    execute format(case p_kind
        when 'remove' then 'delete from %1$s t using '
            'jsonb_to_recordset($2) c (key jsonb) where %2$s'
        when 'revert' then 'update %1$s t set (%3$s) = (select %3$s from '
            'jsonb_populate_record(null::%1$s, %4$s || c.before)) from '
            'jsonb_to_recordset($2) c (key jsonb, before jsonb) where %2$s'
        else 'insert into %1$s (%3$s) select %3$s from '
            'jsonb_to_recordset($2) c (before jsonb) cross join lateral '
            'jsonb_populate_record(null::%1$s, c.before) r '
            'where r.tenant_id = $1'
        end, v_table, mainstay.undo_match(v_table), v_columns,
        mainstay.undo_row(v_table))
      using p_tenant, p_rows;
end
$$;

-- When rows of a table are put back: nothing may point to what is not there,
-- and a row that takes the place of another comes when that one has left.
create or replace function mainstay.undo_order(p_name text, p_kind text)
returns integer[]
language plpgsql stable set search_path = ''
as $$
declare
    v_place integer;
    v_is_leaf boolean;
begin
    select t.place, not exists (
               select from pg_catalog.pg_constraint c
                 join pg_catalog.pg_class k on k.oid = c.conrelid
                 join mainstay.audited_tables() o on o.name = k.relname
                where c.contype = 'f' and c.confrelid
                    = ('mainstay.' || p_name)::regclass)
      into v_place, v_is_leaf
      from mainstay.audited_tables() t where t.name = p_name;
    return case
        when p_kind = 'remove' and v_is_leaf then array[0, v_place]
        when p_kind = 'restore' and not v_is_leaf then array[1, v_place]
        when p_kind = 'revert' then array[2, v_place]
        when p_kind = 'restore' then array[3, v_place]
        else array[4, -v_place]
    end;
end
$$;

-- Undoes a request; returns what it had done, in words.
create or replace function mainstay.undo_request(p_tenant uuid,
    p_request text) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_groups constant jsonb := mainstay.undo_groups(p_tenant, p_request);
    v_refusal constant text[] := mainstay.undo_refusal(p_tenant, p_request,
        v_groups);
    v_said constant text := mainstay.undo_text(p_tenant, v_groups);
    v_undo jsonb;
    v_gone jsonb;
    g record;
begin
    if v_refusal is not null then
        raise exception using errcode = v_refusal[1], message = v_refusal[2];
    end if;
    select coalesce(jsonb_object_agg(x.name, x.rows), '{}') into v_gone
      from jsonb_to_recordset(v_groups) x (name text, kind text, rows jsonb)
     where x.kind = 'remove';
    for g in
        select x.* from jsonb_to_recordset(v_groups)
            x (name text, kind text, rows jsonb)
          join mainstay.audited_tables() t on t.name = x.name
         where x.kind <> 'restore' order by t.place
    loop
        perform mainstay.undo_check(p_tenant, g.name, g.rows);
        if g.kind = 'remove' then
            perform mainstay.undo_check_alone(p_tenant, g.name, g.rows,
                v_gone);
        end if;
    end loop;
    set local mainstay.undoing = on;
    for g in
        select x.* from jsonb_to_recordset(v_groups)
            x (name text, kind text, rows jsonb)
         order by mainstay.undo_order(x.name, x.kind)
    loop
        perform mainstay.undo_apply(p_tenant, g.name, g.kind, g.rows);
    end loop;
    set local mainstay.undoing = off;
    select l.after into v_undo from api.undo_log(p_tenant, p_request) l
     where l.object_type = 'request';
    perform mainstay.audit(p_tenant, 'request.undo', 'request', p_request,
        null, jsonb_build_object('said', coalesce(v_undo ->> 'said', v_said),
            'is_redo', v_undo is not null
                and not (v_undo -> 'is_redo')::boolean));
    return v_said;
exception
    when unique_violation or foreign_key_violation or check_violation then
        raise exception using errcode = 'MS409', message = 'Nothing was '
            'undone: what it has to do with has changed since.';
end
$$;
comment on function mainstay.undo_request(uuid, text) is
    'Takes back all that one request changed, or raises MS404, MS403 or '
    'MS409 and changes nothing.';

grant execute on function mainstay.undo_period(),
    mainstay.undo_match(regclass), mainstay.undo_row(regclass),
    mainstay.undo_changes(uuid, text),
    mainstay.undo_groups(uuid, text), mainstay.undo_is_hidden(jsonb),
    mainstay.undo_role(jsonb),
    mainstay.undo_refusal(uuid, text, jsonb),
    mainstay.undo_object(text, integer, text),
    mainstay.undo_title(uuid, text, text, jsonb),
    mainstay.undo_change_text(uuid, text, text[], jsonb, text),
    mainstay.undo_text(uuid, jsonb), mainstay.undo_toast(uuid, text),
    mainstay.undo_check(uuid, text, jsonb),
    mainstay.undo_check_alone(uuid, text, jsonb, jsonb),
    mainstay.undo_left(uuid, text, jsonb),
    mainstay.undo_apply(uuid, text, text, jsonb),
    mainstay.undo_order(text, text), mainstay.undo_request(uuid, text)
    to mainstay_app;
