-- Who may do what with business reviews.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.business_reviews', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');
