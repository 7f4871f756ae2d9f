<?php
/**
 * Plugin Name:       DOIs with doideposit
 * Description:       Register DOIs with Crossref for published posts, see where each stands, and show them on the page.
 * Version:           1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * Text Domain:       doideposit
 * Domain Path:       /languages
 *
 * Talks to the JSON API of `doideposit serve`. Its address, the token and the series are on the page Settings > DOIs; the
 * constants DOIDEPOSIT_URL, DOIDEPOSIT_TOKEN and DOIDEPOSIT_SERIES of wp-config.php go before them.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

require_once __DIR__ . '/client.php';
require_once __DIR__ . '/record.php';
require_once __DIR__ . '/state.php';
require_once __DIR__ . '/admin.php';
require_once __DIR__ . '/public.php';
require_once __DIR__ . '/settings.php';

add_action(
	'init',
	function (): void {
		load_plugin_textdomain( 'doideposit', false, dirname( plugin_basename( __FILE__ ) ) . '/languages' );
	}
);

// Every hour the DOIs of all posts are followed up; a plugin that was updated without being activated anew finds out here.
add_action( 'doideposit_follow', 'doideposit_follow' );
add_action(
	'admin_init',
	function (): void {
		if ( ! wp_next_scheduled( 'doideposit_follow' ) ) {
			wp_schedule_event( time(), 'hourly', 'doideposit_follow' );
		}
	}
);
register_deactivation_hook(
	__FILE__,
	function (): void {
		wp_clear_scheduled_hook( 'doideposit_follow' );
	}
);

/** A setting: the constant of wp-config.php where there is one, else what the settings page keeps. */
function doideposit_setting( string $name, string $default = '' ): string {
	$constant = 'DOIDEPOSIT_' . strtoupper( $name );
	if ( defined( $constant ) ) {
		return (string) constant( $constant );
	}
	$kept = get_option( 'doideposit', array() );
	return isset( $kept[ $name ] ) && '' !== $kept[ $name ] ? (string) $kept[ $name ] : $default;
}

function doideposit_client(): Doideposit_Client {
	return new Doideposit_Client( doideposit_setting( 'url', 'http://127.0.0.1:8081' ), doideposit_setting( 'token' ), 'doideposit_send' );
}

/** Send a request as WordPress does, with its proxies and certificates. */
function doideposit_send( string $method, string $url, array $headers, ?string $body, int $seconds ): ?string {
	$options = array( 'method' => $method, 'timeout' => $seconds, 'redirection' => 0, 'headers' => $headers );
	if ( null !== $body ) {
		$options['body'] = $body;
	}
	$answer = wp_remote_request( $url, $options );
	return is_wp_error( $answer ) ? null : (string) wp_remote_retrieve_body( $answer );
}
