<?php
/** Forget the settings. The DOIs of the posts stay: they are registered for ever, and another plugin may show them. */

if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) {
	exit;
}

delete_option( 'doideposit' );
