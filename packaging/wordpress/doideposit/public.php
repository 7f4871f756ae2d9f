<?php
/** What readers and search engines see; nobody who reads a page waits for the service. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/** Whether a DOI exists for readers: registered, and not in a rehearsal. */
function doideposit_exists( array $kept ): bool {
	return $kept['registered'] && 'production' === $kept['target'];
}

/** The tags for <head> of a post, as they were when its DOI was last asked for. */
function doideposit_head( WP_Post $post ): string {
	$kept = doideposit_state( $post );
	return doideposit_exists( $kept ) ? $kept['head'] : '';
}

/** A text in HTML as it stands: esc_html leaves what looks like an entity alone, so that a title with "&amp;" would read "&". */
function doideposit_escape( string $text ): string {
	return htmlspecialchars( $text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8' );
}

/** The DOI as Crossref wants it shown: the whole address as a link. */
function doideposit_link( WP_Post $post ): string {
	$kept = doideposit_state( $post );
	if ( ! doideposit_exists( $kept ) ) {
		return '';
	}
	// Before its tags are there, everything that no address may hold is encoded; afterwards the service has done that.
	$url = '' !== $kept['address'] ? $kept['address'] : 'https://doi.org/' . str_replace( '%2F', '/', rawurlencode( $kept['doi'] ) );
	$url = doideposit_escape( $url );
	return '<p class="doideposit"><a href="' . $url . '">' . $url . '</a></p>';
}

add_action(
	'wp_head',
	function (): void {
		if ( is_singular( 'post' ) ) {
			echo doideposit_head( get_queried_object() ), "\n"; // phpcs:ignore -- escaped when it was kept.
		}
	}
);

add_filter(
	'the_content',
	function ( string $content ): string {
		return is_singular( 'post' ) && in_the_loop() && is_main_query() ? $content . doideposit_link( get_post() ) : $content;
	}
);

add_shortcode(
	'doideposit_citation',
	function (): string {
		$post = get_post();
		$kept = $post instanceof WP_Post ? doideposit_state( $post ) : array( 'registered' => false );
		return doideposit_exists( $kept ) ? doideposit_escape( $kept['citation'] ) : '';
	}
);
