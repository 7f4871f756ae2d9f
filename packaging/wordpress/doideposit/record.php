<?php
/** How a post becomes a record, and which posts may become one. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/** Whether a post is one of those with a number. */
function doideposit_has_number( WP_Post $post ): bool {
	return 'post' === $post->post_type && has_category( doideposit_setting( 'category', 'commentary' ), $post );
}

/**
 * Whether readers can see the post. A DOI cannot be deleted: drafts, private, scheduled and protected posts, whose
 * addresses and dates are not the final ones, must never get one.
 */
function doideposit_is_public( WP_Post $post ): bool {
	return 'publish' === get_post_status( $post ) && '' === $post->post_password;
}

/**
 * What speaks against the address of a post: `?p=7` is what WordPress gives where no permalinks are set, and does not
 * survive a move to another system.
 */
function doideposit_address_fault( WP_Post $post ): string {
	$query = (string) wp_parse_url( (string) get_permalink( $post ), PHP_URL_QUERY );
	if ( preg_match( '/(^|&)(p|page_id)=/', $query ) ) {
		return __( 'The address of this post is not permanent. Choose "Post name" on the page Settings > Permalinks first.', 'doideposit' );
	}
	return '';
}

/** The post as a record. Texts go as plain texts without shortcodes, the date as the day it was published. */
function doideposit_record( WP_Post $post ): array {
	return array(
		'series'    => doideposit_setting( 'series' ),
		'number'    => trim( (string) get_post_meta( $post->ID, 'commentary_number', true ) ),
		'title'     => doideposit_plain( $post->post_title ),
		'published' => substr( $post->post_date, 0, 10 ),
		'authors'   => doideposit_authors( $post ),
		'url'       => (string) get_permalink( $post ),
	);
}

/** What a post is called where something is said about it. */
function doideposit_name( WP_Post $post ): string {
	$title = doideposit_plain( $post->post_title );
	return '' === $title ? __( '(no title)', 'doideposit' ) : $title;
}

/** A text without tags, shortcodes and entities. */
function doideposit_plain( string $text ): string {
	return trim( html_entity_decode( wp_strip_all_tags( strip_shortcodes( $text ) ), ENT_QUOTES, 'UTF-8' ) );
}

/**
 * The authors: one on each line of the custom field, `Family, Given` for a person and a name without a comma for an
 * organisation; a person with one name has a comma behind it. Without the field, the author of the post.
 */
function doideposit_authors( WP_Post $post ): array {
	$lines = preg_split( '/\R/u', (string) get_post_meta( $post->ID, 'commentary_authors', true ), -1, PREG_SPLIT_NO_EMPTY );
	$lines = array_filter( array_map( 'trim', $lines ? $lines : array() ) );
	if ( ! $lines ) {
		$family = trim( (string) get_the_author_meta( 'last_name', $post->post_author ) );
		$lines  = '' === $family ? array() : array( $family . ', ' . get_the_author_meta( 'first_name', $post->post_author ) );
	}
	$authors = array();
	foreach ( $lines as $line ) {
		$parts = array_map( 'trim', explode( ',', doideposit_plain( $line ), 2 ) );
		if ( 1 === count( $parts ) ) {
			$authors[] = array( 'organisation' => $parts[0] );
		} else {
			$authors[] = array( 'family' => $parts[0], 'given' => '' === $parts[1] ? null : $parts[1] );
		}
	}
	return $authors;
}
