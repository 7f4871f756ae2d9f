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

/** The DOI as Crossref wants it shown: the whole address as a link. */
function doideposit_link( WP_Post $post ): string {
	$kept = doideposit_state( $post );
	if ( ! doideposit_exists( $kept ) ) {
		return '';
	}
	$url = esc_url( 'https://doi.org/' . $kept['doi'] );
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
		return doideposit_exists( $kept ) ? esc_html( $kept['citation'] ) : '';
	}
);
