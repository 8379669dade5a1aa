-- Dice of the demo: the same key always rolls the same number, so the same
-- demo comes out each time. From p_low to p_high, both included.
create or replace function mainstay.demo_roll(p_key text, p_low integer,
    p_high integer) returns integer
language sql immutable parallel safe
return p_low + (('x' || substr(md5(p_key), 1, 7))::bit(28)::integer
    % (p_high - p_low + 1));
comment on function mainstay.demo_roll(text, integer, integer) is
    'A number that looks random and is the same for the same key.';
