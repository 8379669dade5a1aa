-- What a person prefers.

-- name: preferences_set
select api.set_preferences(:session::bytea, :shortcuts = 'on',
    :sidebar = 'narrow', :density = 'compact')
