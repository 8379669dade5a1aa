-- pool: auth
-- What the sign-in pool asks for.  Its role may call these functions and
-- read no table.

-- name: login_gate
-- Seconds until the next try is looked at, for this e-mail or this network.
select api.login_gate(
    array[:throttle_email::bytea, :throttle_net::bytea]) as seconds

-- name: login_lookup
select user_id, password_hash, is_active, tenant_id
  from api.login_lookup(:email)

-- name: login_failed
-- The first five failures of an e-mail and fifty of a network are free.
select api.login_failed(
    array[:throttle_email::bytea, :throttle_net::bytea], array[5, 50])

-- name: login_ok
-- Forgets the failures of the e-mail and opens the session.
select api.login_ok(:throttle_email::bytea),
       api.create_session(:new_session::bytea, :new_user::uuid,
           :new_tenant::uuid, :ip::inet, :user_agent)

-- name: sign_up
-- No row when the e-mail is taken; the page says the same either way.
select user_id, tenant_id
  from api.signup(:email, :password_hash, :full_name, :organisation)

-- name: invitation_show
select tenant_name, email, role, invited_by, is_known
  from api.invitation(decode(:token, 'hex'))

-- name: invitation_accept
select user_id, tenant_id
  from api.accept_invitation(decode(:token, 'hex'), :known_user::uuid,
      :password_hash, :full_name)

-- name: unsubscribe_link
select tenant_name, address, is_opted_out, :ref as token
  from api.unsubscribe_link(:ref)

-- name: unsubscribe
select tenant_name, address, is_opted_out, :ref as token
  from api.unsubscribe(:ref, :again::text is not null)
