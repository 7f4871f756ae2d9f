<?php
/**
 * Plugin Name: Register DOIs with doideposit
 * Description: A "Register DOI" button for commentaries, and a column that says where each DOI stands.
 * Version:     1.0
 * Requires PHP: 7.4
 *
 * Talks to the JSON API of `doideposit serve`. Constants in wp-config.php: DOIDEPOSIT_URL, DOIDEPOSIT_TOKEN,
 * DOIDEPOSIT_SERIES.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const DOIDEPOSIT_CATEGORY = 'commentary';
const DOIDEPOSIT_STATE    = '_doideposit_state';

/** The post as a record of doideposit. Texts go as plain texts, the date as the day it was published. */
function doideposit_record( WP_Post $post ): array {
	return array(
		'series'    => DOIDEPOSIT_SERIES,
		'number'    => (string) get_post_meta( $post->ID, 'commentary_number', true ),
		'title'     => html_entity_decode( wp_strip_all_tags( $post->post_title ), ENT_QUOTES, 'UTF-8' ),
		'published' => substr( $post->post_date, 0, 10 ),
		'authors'   => doideposit_authors( $post ),
		'url'       => get_permalink( $post ),
	);
}

/** The authors: one "Family, Given" on each line of the custom field, else the author of the post. */
function doideposit_authors( WP_Post $post ): array {
	$lines = preg_split( '/\R/', (string) get_post_meta( $post->ID, 'commentary_authors', true ), -1, PREG_SPLIT_NO_EMPTY );
	if ( ! $lines ) {
		$family = get_the_author_meta( 'last_name', $post->post_author );
		$lines  = array( $family . ', ' . get_the_author_meta( 'first_name', $post->post_author ) );
	}
	$authors = array();
	foreach ( $lines as $line ) {
		$parts     = array_map( 'trim', explode( ',', $line, 2 ) );
		$authors[] = array(
			'family' => $parts[0],
			'given'  => isset( $parts[1] ) && '' !== $parts[1] ? $parts[1] : null,
		);
	}
	return $authors;
}

/**
 * Ask the API. Gives its JSON document; where it cannot be reached, a document of the same shape that says so.
 * The token goes in a header, never into an address.
 */
function doideposit_ask( string $method, string $path, ?array $body = null ): array {
	$options = array(
		'method'      => $method,
		'timeout'     => 60,
		'redirection' => 0,
		'headers'     => array( 'Authorization' => 'Bearer ' . DOIDEPOSIT_TOKEN ),
	);
	if ( null !== $body ) {
		$options['headers']['Content-Type'] = 'application/json';
		$options['body']                    = wp_json_encode( $body );
	}
	$answer = wp_remote_request( untrailingslashit( DOIDEPOSIT_URL ) . $path, $options );
	if ( is_wp_error( $answer ) ) {
		return doideposit_unreachable();
	}
	$data = json_decode( wp_remote_retrieve_body( $answer ), true );
	return is_array( $data ) ? $data : doideposit_unreachable();
}

function doideposit_unreachable(): array {
	return array(
		'ok'    => false,
		'error' => array(
			'message' => 'doideposit cannot be reached',
			'hint'    => 'look whether `doideposit serve` runs; nothing is lost, and the button can be pressed again',
		),
	);
}

/**
 * Whether readers can see the post. A DOI cannot be deleted: drafts, private, scheduled and protected posts, whose
 * addresses and dates are not the final ones, must never get one.
 */
function doideposit_is_public( WP_Post $post ): bool {
	return 'publish' === get_post_status( $post ) && '' === $post->post_password;
}

/** Deposit the post, keep where its DOI stands, and return what to tell the person who pressed the button. */
function doideposit_register( WP_Post $post ): array {
	if ( ! doideposit_is_public( $post ) ) {
		return array( 'Only a post that readers can see gets a DOI. Publish it first, then press the button again.' );
	}
	$data = doideposit_ask( 'POST', '/v1/deposits', doideposit_record( $post ) );
	$said = array();
	foreach ( $data['records'] ?? array() as $record ) {
		doideposit_keep( $post, $record );
		$said[] = ( $record['doi'] ?? 'no DOI' ) . ': ' . $record['reason'];
		foreach ( $record['findings'] as $finding ) {
			if ( 'info' !== $finding['severity'] ) {
				$said[] = $finding['severity'] . ', ' . $finding['field'] . ': ' . $finding['message'] . '. ' . $finding['hint'];
			}
		}
	}
	if ( ! $said && isset( $data['error'] ) ) {
		$said[] = $data['error']['message'] . '. ' . $data['error']['hint'];
	}
	return $said;
}

/** Ask again where the DOI of the post stands. A DOI is registered only when the API says so, never before. */
function doideposit_refresh( WP_Post $post ): void {
	$kept = get_post_meta( $post->ID, DOIDEPOSIT_STATE, true );
	if ( empty( $kept['doi'] ) || ! empty( $kept['registered'] ) ) {
		return;
	}
	$data = doideposit_ask( 'GET', '/v1/dois/' . rawurlencode( $kept['doi'] ) );
	foreach ( $data['records'] ?? array() as $record ) {
		doideposit_keep( $post, $record );
	}
}

function doideposit_keep( WP_Post $post, array $record ): void {
	if ( empty( $record['doi'] ) || ! isset( $record['state'] ) ) {
		return;
	}
	update_post_meta(
		$post->ID,
		DOIDEPOSIT_STATE,
		array(
			'doi'        => $record['doi'],
			'registered' => $record['registered'],
			'needs'      => $record['needs_person'] ? $record['next_action'] : '',
		)
	);
}

/** What the column shows. */
function doideposit_column( WP_Post $post ): string {
	$kept = get_post_meta( $post->ID, DOIDEPOSIT_STATE, true );
	if ( ! empty( $kept['registered'] ) ) {
		$url = esc_url( 'https://doi.org/' . $kept['doi'] );
		return '<a href="' . $url . '">' . $url . '</a>';
	}
	if ( ! empty( $kept['needs'] ) ) {
		return '<strong>' . esc_html( $kept['needs'] ) . '</strong>';
	}
	return empty( $kept['doi'] ) ? '—' : 'under way';
}

add_filter(
	'manage_posts_columns',
	function ( array $columns ): array {
		return $columns + array( 'doideposit' => 'DOI' );
	}
);

add_action(
	'manage_posts_custom_column',
	function ( string $column, int $post_id ): void {
		if ( 'doideposit' === $column && has_category( DOIDEPOSIT_CATEGORY, $post_id ) ) {
			$post = get_post( $post_id );
			doideposit_refresh( $post );
			echo doideposit_column( $post ); // phpcs:ignore -- escaped above.
		}
	},
	10,
	2
);

add_filter(
	'post_row_actions',
	function ( array $actions, WP_Post $post ): array {
		$is_ready = has_category( DOIDEPOSIT_CATEGORY, $post ) && doideposit_is_public( $post );
		if ( $is_ready && current_user_can( 'publish_post', $post->ID ) ) {
			$url                   = admin_url( 'admin-post.php?action=doideposit_register&post=' . $post->ID );
			$actions['doideposit'] = '<a href="' . esc_url( wp_nonce_url( $url, 'doideposit_' . $post->ID ) ) . '">Register DOI</a>';
		}
		return $actions;
	},
	10,
	2
);

add_action(
	'admin_post_doideposit_register',
	function (): void {
		$post = get_post( (int) ( $_GET['post'] ?? 0 ) );
		if ( ! $post || ! current_user_can( 'publish_post', $post->ID ) ) {
			wp_die( 'You may not register this DOI.', 403 );
		}
		check_admin_referer( 'doideposit_' . $post->ID );
		set_transient( 'doideposit_said_' . get_current_user_id(), doideposit_register( $post ), 60 );
		wp_safe_redirect( admin_url( 'edit.php' ) );
		exit;
	}
);

add_action(
	'admin_notices',
	function (): void {
		$key = 'doideposit_said_' . get_current_user_id();
		foreach ( get_transient( $key ) ?: array() as $sentence ) {
			echo '<div class="notice notice-info"><p>' . esc_html( $sentence ) . '</p></div>';
		}
		delete_transient( $key );
	}
);
