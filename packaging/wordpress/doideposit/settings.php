<?php
/** The page Settings > DOIs. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

add_action(
	'admin_init',
	function (): void {
		register_setting( 'doideposit', 'doideposit', array( 'type' => 'array', 'sanitize_callback' => 'doideposit_clean_settings' ) );
	}
);

add_action(
	'admin_menu',
	function (): void {
		add_options_page( 'DOIs', 'DOIs', 'manage_options', 'doideposit', 'doideposit_settings_page' );
	}
);

/** Keep what was typed; an empty field for the token keeps the token that is there, which no page ever shows. */
function doideposit_clean_settings( $typed ): array {
	$kept  = get_option( 'doideposit', array() );
	$typed = is_array( $typed ) ? $typed : array();
	$clean = array();
	foreach ( array( 'series', 'category' ) as $name ) {
		$clean[ $name ] = sanitize_text_field( (string) ( $typed[ $name ] ?? '' ) );
	}
	$clean['url']   = esc_url_raw( (string) ( $typed['url'] ?? '' ), array( 'http', 'https' ) );
	$token          = trim( (string) ( $typed['token'] ?? '' ) );
	$clean['token'] = '' === $token ? (string) ( $kept['token'] ?? '' ) : $token;
	return $clean;
}

/** Whether the service answers, in a box. */
function doideposit_connection(): string {
	$answer = doideposit_client()->look();
	if ( empty( $answer['ok'] ) ) {
		return doideposit_box_of( 'error inline', doideposit_error( $answer ) );
	}
	/* translators: %s: production, test or sandbox */
	$sentence = __( 'The service answers and accepts the token. DOIs go to: %s.', 'doideposit' );
	return doideposit_box_of( 'success inline', sprintf( $sentence, $answer['target'] ?? '' ) );
}

function doideposit_settings_page(): void {
	$fields = array(
		'url'      => array( __( 'Address of the service', 'doideposit' ), 'url', 'http://127.0.0.1:8081' ),
		'token'    => array( __( 'Token', 'doideposit' ), 'password', '' ),
		'series'   => array( __( 'Series, as in doideposit.toml', 'doideposit' ), 'text', '' ),
		'category' => array( __( 'Category of the posts with a number', 'doideposit' ), 'text', 'commentary' ),
	);
	echo '<div class="wrap"><h1>DOIs</h1><form method="post" action="options.php">';
	settings_fields( 'doideposit' );
	echo '<table class="form-table">';
	foreach ( $fields as $name => list( $label, $type, $default ) ) {
		$fixed = defined( 'DOIDEPOSIT_' . strtoupper( $name ) );
		$value = 'token' === $name ? '' : doideposit_setting( $name, $default );
		$about = $fixed ? __( 'set in wp-config.php', 'doideposit' ) : '';
		if ( 'token' === $name && '' !== doideposit_setting( 'token' ) && ! $fixed ) {
			$about = __( 'a token is saved; leave this empty to keep it', 'doideposit' );
		}
		printf(
			'<tr><th><label for="doideposit-%1$s">%2$s</label></th><td><input class="regular-text" id="doideposit-%1$s" name="doideposit[%1$s]" type="%3$s" value="%4$s" autocomplete="off"%5$s> %6$s</td></tr>',
			esc_attr( $name ),
			esc_html( $label ),
			esc_attr( $type ),
			esc_attr( $value ),
			$fixed ? ' disabled' : '',
			esc_html( $about )
		);
	}
	echo '</table>';
	echo doideposit_connection(); // phpcs:ignore -- escaped there.
	submit_button();
	echo '</form></div>';
}
