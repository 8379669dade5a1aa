-- The function is in journey_rename.sql.
create or replace trigger rename_in_history
    after update of name on mainstay.journey_stages
    for each row when (old.name is distinct from new.name)
    execute function api.rename_stage_in_history();
