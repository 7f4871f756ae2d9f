<?php
/** What is kept beside a post of its DOI: a copy of what the service said last. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const DOIDEPOSIT_STATE = '_doideposit_state';

/**
 * Deposit the post, keep where its DOI stands, and return what to tell the person who pressed the button: sentences, each
 * with the kind of box that WordPress shows it in (error, warning, success or info).
 */
function doideposit_register( WP_Post $post ): array {
	if ( ! doideposit_has_number( $post ) || ! doideposit_is_public( $post ) ) {
		return array( __( 'Only a post that readers can see gets a DOI. Publish it first, then press the button again.', 'doideposit' ) => 'error' );
	}
	$fault = doideposit_address_fault( $post );
	if ( '' !== $fault ) {
		return array( $fault => 'error' );
	}
	$record = doideposit_record( $post );
	$lacks  = doideposit_lacks( $record );
	if ( $lacks ) {
		return array_fill_keys( $lacks, 'error' );
	}
	$other = doideposit_same_number( $post, $record['number'] );
	if ( null !== $other ) {
		/* translators: 1: a number, 2: the title of another post */
		return array( sprintf( __( 'The number %1$s, and so its DOI, belongs to "%2$s". Give one of them another number.', 'doideposit' ), $record['number'], doideposit_name( $other ) ) => 'error' );
	}
	$answer = doideposit_client()->deposit( $record );
	$said   = array();
	foreach ( $answer['records'] ?? array() as $one ) {
		$kept     = doideposit_keep( $post, $one, (string) ( $answer['target'] ?? '' ), $record );
		$sentence = doideposit_sentence( (string) ( $one['doi'] ?? __( 'no DOI', 'doideposit' ) ), $one );
		$kinds    = array( 'register' => 'success', 'update' => 'success', 'unchanged' => 'info' );

		$said[ $sentence ] = $kinds[ $one['action'] ?? '' ] ?? 'error';
		if ( ! $kept ) {
			$sentence          = __( 'WordPress could not save the status of the DOI: its database cannot be written. Nothing is lost. Have the database checked, then press the button again.', 'doideposit' );
			$said[ $sentence ] = 'error';
		}
		foreach ( $one['findings'] ?? array() as $finding ) {
			if ( 'info' !== ( $finding['severity'] ?? '' ) ) {
				$said[ doideposit_finding( $finding ) ] = 'warning' === ( $finding['severity'] ?? '' ) ? 'warning' : 'error';
			}
		}
	}
	if ( ! $said ) {
		$said[ doideposit_error( $answer ) ] = 'error';
	}
	return $said;
}

/** What the post lacks before it can be a record, in the words of its editor; the service would speak of the record. */
function doideposit_lacks( array $record ): array {
	$lacks = array();
	if ( '' === $record['title'] ) {
		$lacks[] = __( 'It has no title: write one first.', 'doideposit' );
	}
	if ( '' === $record['number'] ) {
		$lacks[] = __( 'It has no number: write it in the custom field commentary_number first.', 'doideposit' );
	}
	if ( ! $record['authors'] ) {
		$lacks[] = __( 'It has no authors: write them in the custom field commentary_authors first, one on each line.', 'doideposit' );
	}
	return $lacks;
}

/** A problem in a sentence: how grave it is, in which field, what it is, and what to do. */
function doideposit_finding( array $finding ): string {
	$finding += array( 'severity' => '', 'field' => '', 'message' => '', 'hint' => '' );
	return implode( ', ', array_filter( array( $finding['severity'], $finding['field'] ) ) ) . ': ' . $finding['message'] . ': ' . $finding['hint'];
}

/** Why nothing came of a request. A service of another version may answer with something that is not known here. */
function doideposit_error( array $answer ): string {
	if ( isset( $answer['error']['message'] ) ) {
		return $answer['error']['message'] . ': ' . ( $answer['error']['hint'] ?? '' );
	}
	return __( 'The plugin does not understand the answer of the service: their versions differ. Update both.', 'doideposit' );
}

/** Another post with the same number whose DOI is known: to register this one would overwrite the record of that one. */
function doideposit_same_number( WP_Post $post, string $number ): ?WP_Post {
	if ( '' === $number ) {
		return null;
	}
	$same = get_posts( array( 'post_type' => 'post', 'post_status' => 'any', 'numberposts' => 10, 'exclude' => array( $post->ID ), 'meta_key' => 'commentary_number', 'meta_value' => $number ) ); // phpcs:ignore -- few posts have a number.
	foreach ( $same as $other ) {
		$kept = doideposit_state( $other );
		if ( '' !== $kept['doi'] && $number === $kept['number'] ) {
			return $other;
		}
	}
	return null;
}

/** What was done with a record, in a sentence. */
function doideposit_sentence( string $doi, array $one ): string {
	switch ( $one['action'] ?? '' ) {
		case 'register':
			/* translators: %s: a DOI */
			return sprintf( __( '%s is on its way to Crossref.', 'doideposit' ), $doi );
		case 'update':
			/* translators: %s: a DOI */
			return sprintf( __( 'The update of %s is on its way to Crossref.', 'doideposit' ), $doi );
		case 'unchanged':
			// Where an update is under way, or in doubt, the DOI is registered with earlier content.
			$under_way = in_array( $one['state'] ?? '', array( 'prepared', 'sending', 'queued' ), true );
			if ( ! empty( $one['registered'] ) && ! $under_way ) {
				/* translators: %s: a DOI */
				return sprintf( __( '%s is already registered with this content: nothing was sent.', 'doideposit' ), $doi );
			}
			// It is under way, which the reason of the service says.
		default: // phpcs:ignore -- falls through where it says more than we do.
			return $doi . ': ' . ( $one['reason'] ?? __( 'the service did not say what it did', 'doideposit' ) );
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
		$post = $by_doi[ strtolower( (string) ( $one['doi'] ?? '' ) ) ] ?? null;
		if ( null !== $post ) {
			$was = doideposit_state( $post );
			doideposit_keep( $post, $one, (string) ( $answer['target'] ?? '' ) );
			$is = doideposit_state( $post );
			// The tags change with what is registered; nobody who only reads the page waits for them.
			if ( $is['registered'] && ( ! $was['registered'] || ! $was['head'] ) ) {
				doideposit_keep_tags( $post, $client->tags( $is['doi'] ) );
			}
		}
	}
}

/** Follow up all posts with a DOI; WordPress calls it every hour, so that a page shows its DOI without any visit to the list. */
function doideposit_follow(): void {
	$page = 1;
	do {
		$posts = get_posts( array( 'post_type' => 'post', 'post_status' => 'any', 'numberposts' => Doideposit_Client::AT_ONCE, 'paged' => $page++, 'meta_key' => DOIDEPOSIT_STATE ) ); // phpcs:ignore -- once an hour.
		doideposit_refresh( $posts );
	} while ( count( $posts ) === Doideposit_Client::AT_ONCE );
}

/** What is kept of the DOI of a post, every key filled. */
function doideposit_state( WP_Post $post ): array {
	$kept = get_post_meta( $post->ID, DOIDEPOSIT_STATE, true );
	return array_merge(
		array( 'doi' => '', 'number' => '', 'former' => array(), 'target' => '', 'registered' => false, 'failed' => '', 'needs' => '', 'url' => '', 'sent' => '', 'head' => '', 'citation' => '', 'address' => '' ),
		is_array( $kept ) ? $kept : array()
	);
}

/** Keep what the service said of the DOI of a post; false where the database does not take it. */
function doideposit_keep( WP_Post $post, array $one, string $target, ?array $record = null ): bool {
	if ( empty( $one['doi'] ) || ! isset( $one['state'] ) ) {
		return true;
	}
	$was  = doideposit_state( $post );
	$kept = array(
		'doi'        => $one['doi'],
		'target'     => $target,
		'registered' => ! empty( $one['registered'] ),
		'failed'     => empty( $one['last_update_failed'] ) ? '' : (string) ( $one['message'] ?? '' ),
		'needs'      => empty( $one['needs_person'] ) ? '' : (string) ( $one['next_action'] ?? '' ),
	);
	if ( null !== $record ) {
		$kept['url']    = $record['url'];
		$kept['number'] = $record['number'];
		$kept['sent']   = doideposit_fingerprint( $record );
		// They are asked for again when this version is registered.
		$kept['head']    = '';
		$kept['address'] = '';
		// With another number the post has another DOI; the one before stays registered for ever.
		if ( '' !== $was['doi'] && strtolower( $was['doi'] ) !== strtolower( $one['doi'] ) ) {
			$kept['former'] = array_merge( $was['former'], array( array( 'doi' => $was['doi'], 'url' => $was['url'] ) ) );
		}
	}
	$kept = array_merge( $was, $kept );
	// The answer is false also where nothing changes; what is not in the database afterwards was not written.
	if ( $kept === $was || update_post_meta( $post->ID, DOIDEPOSIT_STATE, wp_slash( $kept ) ) ) {
		return true;
	}
	wp_cache_delete( $post->ID, 'post_meta' );
	return doideposit_state( $post ) === $kept;
}

function doideposit_keep_tags( WP_Post $post, array $tags ): void {
	if ( empty( $tags['meta'] ) ) {
		return;
	}
	$lines = array();
	foreach ( $tags['meta'] as $tag ) {
		$lines[] = '<meta name="' . doideposit_escape( $tag['name'] ) . '" content="' . doideposit_escape( $tag['content'] ) . '">';
	}
	// JSON_HEX_TAG writes < as \u003C, so that no text can end the script element.
	$data    = wp_json_encode( $tags['json_ld'] ?? array(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_HEX_TAG );
	$lines[] = '<script type="application/ld+json">' . $data . '</script>';
	$kept    = array( 'head' => implode( "\n", $lines ), 'citation' => (string) ( $tags['citation'] ?? '' ), 'address' => (string) ( $tags['json_ld']['@id'] ?? '' ) );
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
		return sprintf( __( 'Readers can no longer open its page. Publish it again, or keep a page at %s that says what happened.', 'doideposit' ), $kept['url'] );
	}
	$record = doideposit_record( $post );
	if ( '' !== $kept['number'] && $record['number'] !== $kept['number'] ) {
		/* translators: 1: a number, 2: an address */
		return sprintf( __( 'Its number was %1$s. If you register it again, it gets a second DOI: change the number back, or register the second one and redirect the page at %2$s to this post.', 'doideposit' ), $kept['number'], $kept['url'] );
	}
	if ( $record['url'] !== $kept['url'] ) {
		return __( 'Its address has changed. Press "Register DOI", so that the DOI leads to the new one.', 'doideposit' );
	}
	return doideposit_fingerprint( $record ) === $kept['sent'] ? '' : __( 'It has changed since. Press "Register DOI" to update Crossref.', 'doideposit' );
}
