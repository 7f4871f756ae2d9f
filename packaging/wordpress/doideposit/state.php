<?php
/** What is kept beside a post of its DOI: a copy of what the service said last. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const DOIDEPOSIT_STATE = '_doideposit_state';

/** Deposit the post, keep where its DOI stands, and return what to tell the person who pressed the button. */
function doideposit_register( WP_Post $post ): array {
	if ( ! doideposit_is_public( $post ) ) {
		return array( __( 'Only a post that readers can see gets a DOI. Publish it first, then press the button again.', 'doideposit' ) );
	}
	$fault = doideposit_address_fault( $post );
	if ( '' !== $fault ) {
		return array( $fault );
	}
	$record = doideposit_record( $post );
	$answer = doideposit_client()->deposit( $record );
	$said   = array();
	foreach ( $answer['records'] ?? array() as $one ) {
		doideposit_keep( $post, $one, (string) ( $answer['target'] ?? '' ), $record );
		$said[] = doideposit_sentence( (string) ( $one['doi'] ?? __( 'no DOI', 'doideposit' ) ), $one );
		foreach ( $one['findings'] as $finding ) {
			if ( 'info' !== $finding['severity'] ) {
				$said[] = $finding['severity'] . ', ' . $finding['field'] . ': ' . $finding['message'] . '. ' . $finding['hint'];
			}
		}
	}
	if ( ! $said && isset( $answer['error'] ) ) {
		$said[] = $answer['error']['message'] . '. ' . $answer['error']['hint'];
	}
	return $said;
}

/** What was done with a record, in a sentence. */
function doideposit_sentence( string $doi, array $one ): string {
	switch ( $one['action'] ) {
		case 'register':
			/* translators: %s: a DOI */
			return sprintf( __( '%s is on its way to Crossref.', 'doideposit' ), $doi );
		case 'update':
			/* translators: %s: a DOI */
			return sprintf( __( 'The update of %s is on its way to Crossref.', 'doideposit' ), $doi );
		default:
			return $doi . ': ' . $one['reason'];
	}
}

/**
 * Ask where the DOIs of these posts stand, with one request; a DOI is registered only when the service says so. Where it
 * cannot be reached, what is kept stays.
 */
function doideposit_refresh( array $posts ): void {
	$by_doi = array();
	foreach ( $posts as $post ) {
		$kept = doideposit_state( $post );
		if ( '' !== $kept['doi'] ) {
			$by_doi[ strtolower( $kept['doi'] ) ] = $post;
		}
	}
	if ( ! $by_doi ) {
		return;
	}
	$client = doideposit_client();
	$answer = $client->statuses( array_keys( $by_doi ) );
	foreach ( $answer['records'] ?? array() as $one ) {
		$post = $by_doi[ strtolower( (string) $one['doi'] ) ] ?? null;
		if ( null !== $post ) {
			$was = doideposit_state( $post );
			doideposit_keep( $post, $one, (string) $answer['target'] );
			$is = doideposit_state( $post );
			// The tags change with what is registered; nobody who only reads the page waits for them.
			if ( $is['registered'] && ( ! $was['registered'] || ! $was['head'] ) ) {
				doideposit_keep_tags( $post, $client->tags( $is['doi'] ) );
			}
		}
	}
}

/** What is kept of the DOI of a post, every key filled. */
function doideposit_state( WP_Post $post ): array {
	$kept = get_post_meta( $post->ID, DOIDEPOSIT_STATE, true );
	return array_merge(
		array( 'doi' => '', 'target' => '', 'registered' => false, 'failed' => '', 'needs' => '', 'url' => '', 'sent' => '', 'head' => '', 'citation' => '' ),
		is_array( $kept ) ? $kept : array()
	);
}

function doideposit_keep( WP_Post $post, array $one, string $target, ?array $record = null ): void {
	if ( empty( $one['doi'] ) || ! isset( $one['state'] ) ) {
		return;
	}
	$kept = array(
		'doi'        => $one['doi'],
		'target'     => $target,
		'registered' => (bool) $one['registered'],
		'failed'     => empty( $one['last_update_failed'] ) ? '' : (string) $one['message'],
		'needs'      => empty( $one['needs_person'] ) ? '' : (string) $one['next_action'],
	);
	if ( null !== $record ) {
		$kept['url']  = $record['url'];
		$kept['sent'] = doideposit_fingerprint( $record );
		// They are asked for again when this version is registered.
		$kept['head'] = '';
	}
	update_post_meta( $post->ID, DOIDEPOSIT_STATE, wp_slash( array_merge( doideposit_state( $post ), $kept ) ) );
}

function doideposit_keep_tags( WP_Post $post, array $tags ): void {
	if ( empty( $tags['meta'] ) ) {
		return;
	}
	$lines = array();
	foreach ( $tags['meta'] as $tag ) {
		$lines[] = '<meta name="' . esc_attr( $tag['name'] ) . '" content="' . esc_attr( $tag['content'] ) . '">';
	}
	// JSON_HEX_TAG writes < as \u003C, so that no text can end the script element.
	$data    = wp_json_encode( $tags['json_ld'], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_HEX_TAG );
	$lines[] = '<script type="application/ld+json">' . $data . '</script>';
	$kept    = array( 'head' => implode( "\n", $lines ), 'citation' => (string) $tags['citation'] );
	update_post_meta( $post->ID, DOIDEPOSIT_STATE, wp_slash( array_merge( doideposit_state( $post ), $kept ) ) );
}

function doideposit_fingerprint( array $record ): string {
	return hash( 'sha256', (string) wp_json_encode( $record ) );
}

/** What to do about a DOI whose post is not as it was registered; empty where nothing is. */
function doideposit_what_changed( WP_Post $post ): string {
	$kept = doideposit_state( $post );
	if ( '' === $kept['doi'] || '' === $kept['sent'] ) {
		return '';
	}
	if ( ! doideposit_is_public( $post ) ) {
		/* translators: %s: an address */
		return sprintf( __( 'Readers cannot open its page any more. Publish it again, or keep a page at %s that says what happened.', 'doideposit' ), $kept['url'] );
	}
	$record = doideposit_record( $post );
	if ( $record['url'] !== $kept['url'] ) {
		return __( 'Its address has changed. Press "Register DOI", so that the DOI leads to the new one.', 'doideposit' );
	}
	return doideposit_fingerprint( $record ) === $kept['sent'] ? '' : __( 'It has changed since. Press "Register DOI", so that Crossref learns of it.', 'doideposit' );
}
