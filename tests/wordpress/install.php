<?php
/** Install WordPress into an empty database, with the plugin active, two users, and posts of each status. */

define( 'WP_INSTALLING', true );
require_once getcwd() . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

wp_install( 'A think tank', 'staff', 'staff@example.org', true, '', 'a password for this test' );
wp_insert_user( array( 'user_login' => 'writer', 'user_pass' => 'a password for this test', 'role' => 'contributor' ) );
update_option( 'permalink_structure', '/%postname%/' );
$category = wp_insert_term( 'Commentary', 'category', array( 'slug' => 'commentary' ) )['term_id'];
$settings = json_decode( getenv( 'DOIDEPOSIT_SETTINGS' ), true );
activate_plugin( 'doideposit/doideposit.php' );
update_option( 'doideposit', $settings );
switch_theme( 'plain' );
wp_set_current_user( 1 );
$ids = array();
foreach ( array( '258' => 'publish', '259' => 'publish', '260' => 'draft', '261' => 'private' ) as $number => $status ) {
	$ids[ $number ] = wp_insert_post(
		array(
			'post_title'    => "Rivers & rain $number",
			'post_content'  => 'A text.',
			'post_status'   => $status,
			'post_date'     => '2023-09-14 10:00:00',
			'post_name'     => "comment-$number",
			'post_category' => array( $category ),
			'post_author'   => 1,
			'meta_input'    => array( 'commentary_number' => (string) $number, 'commentary_authors' => "Wolf, Siegfried O.\nSouth Asia Democratic Forum" ),
		)
	);
}
echo json_encode( $ids );
