-- The sentence of a whole document took its place.
drop function if exists mainstay.playbook_text(text, jsonb);
