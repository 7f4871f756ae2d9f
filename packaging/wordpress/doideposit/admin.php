<?php
/** The list of posts, the box beside the editor, and what is said when something with a DOI goes away. */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/** What the column and the box show; every text is escaped. */
function doideposit_column( WP_Post $post ): string {
	$kept  = doideposit_state( $post );
	$parts = array();
	if ( '' === $kept['doi'] ) {
		return '—';
	}
	if ( $kept['registered'] && 'production' === $kept['target'] ) {
		$url     = esc_url( 'https://doi.org/' . $kept['doi'] );
		$parts[] = '<a href="' . $url . '">' . $url . '</a>';
	} else {
		$words = '' === $kept['needs'] ? __( 'under way', 'doideposit' ) : __( 'not registered', 'doideposit' );
		if ( $kept['registered'] ) {
			$words = __( 'rehearsed: the DOI does not exist for readers', 'doideposit' );
		}
		$parts[] = esc_html( $kept['doi'] . ' (' . $words . ')' );
	}
	if ( '' !== $kept['failed'] ) {
		/* translators: %s: why */
		$parts[] = '<strong>' . esc_html( sprintf( __( 'The last update failed: %s', 'doideposit' ), $kept['failed'] ) ) . '</strong>';
	}
	foreach ( $kept['former'] as $former ) {
		/* translators: 1: a DOI, 2: an address */
		$parts[] = esc_html( sprintf( __( '%1$s, its former DOI, stays registered: redirect %2$s to this post.', 'doideposit' ), $former['doi'], $former['url'] ) );
	}
	foreach ( array_filter( array( $kept['needs'], doideposit_what_changed( $post ) ) ) as $sentence ) {
		$parts[] = '<strong>' . esc_html( $sentence ) . '</strong>';
	}
	return implode( '<br>', $parts );
}

function doideposit_may( WP_Post $post ): bool {
	return current_user_can( 'publish_posts' ) && current_user_can( 'edit_post', $post->ID );
}

add_filter(
	'manage_post_posts_columns',
	function ( array $columns ): array {
		return $columns + array( 'doideposit' => 'DOI' );
	}
);

add_action(
	'manage_post_posts_custom_column',
	function ( string $column, int $post_id ): void {
		static $asked = false;
		if ( 'doideposit' !== $column ) {
			return;
		}
		if ( ! $asked ) {
			// One request for all rows of the page, before the first of them is shown.
			$asked = true;
			global $wp_query;
			// The row that "Quick Edit" brings back stands alone, without any list.
			$posts = empty( $wp_query->posts ) ? array( get_post( $post_id ) ) : $wp_query->posts;
			doideposit_refresh( array_filter( $posts, 'doideposit_has_number' ) );
		}
		$post = get_post( $post_id );
		echo doideposit_has_number( $post ) ? doideposit_column( $post ) : ''; // phpcs:ignore -- escaped there.
	},
	10,
	2
);

add_filter(
	'bulk_actions-edit-post',
	function ( array $actions ): array {
		return current_user_can( 'publish_posts' ) ? $actions + array( 'doideposit_register' => __( 'Register DOI', 'doideposit' ) ) : $actions;
	}
);

add_filter(
	'handle_bulk_actions-edit-post',
	function ( string $back, string $action, array $ids ): string {
		if ( 'doideposit_register' === $action ) {
			doideposit_register_all( array_map( 'get_post', $ids ) );
		}
		return $back;
	},
	10,
	3
);

/** Register those posts that this person may, and keep what to tell for the next page. */
function doideposit_register_all( array $posts ): void {
	$said = array();
	foreach ( array_filter( $posts ) as $post ) {
		if ( doideposit_has_number( $post ) && doideposit_may( $post ) ) {
			foreach ( doideposit_register( $post ) as $sentence => $kind ) {
				$said[ doideposit_name( $post ) . ': ' . $sentence ] = $kind;
			}
		}
	}
	doideposit_tell( $said );
}

/** Keep sentences, each with the kind of its box, until this person sees the next page. */
function doideposit_tell( array $said ): void {
	$key = 'doideposit_said_' . get_current_user_id();
	set_transient( $key, array_merge( get_transient( $key ) ?: array(), $said ), 300 );
}

add_action(
	'add_meta_boxes_post',
	function ( WP_Post $post ): void {
		if ( doideposit_has_number( $post ) ) {
			add_meta_box( 'doideposit', 'DOI', 'doideposit_box', 'post', 'side' );
		}
	}
);

/** The box beside the editor. Its button belongs to a form of its own below the page: forms cannot stand in forms. */
function doideposit_box( WP_Post $post ): void {
	doideposit_refresh( array( $post ) );
	echo '<p style="overflow-wrap: anywhere">' . doideposit_column( $post ) . '</p>'; // phpcs:ignore -- escaped there.
	if ( ! doideposit_is_public( $post ) ) {
		echo '<p>' . esc_html__( 'A post gets its DOI when it is published.', 'doideposit' ) . '</p>';
	} elseif ( doideposit_may( $post ) ) {
		echo '<p><button class="button" form="doideposit-form">' . esc_html__( 'Register DOI', 'doideposit' ) . '</button></p>';
		add_action(
			'admin_footer',
			function () use ( $post ): void {
				echo '<form id="doideposit-form" method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '">';
				echo '<input type="hidden" name="action" value="doideposit_register"><input type="hidden" name="post" value="' . (int) $post->ID . '">';
				wp_nonce_field( 'doideposit_' . $post->ID );
				echo '</form>';
			}
		);
	}
}

add_action(
	'admin_post_doideposit_register',
	function (): void {
		$post = get_post( (int) ( $_POST['post'] ?? 0 ) ); // phpcs:ignore -- the nonce is checked below.
		if ( ! $post || ! doideposit_may( $post ) ) {
			wp_die( esc_html__( 'You are not allowed to register this DOI.', 'doideposit' ), 403 );
		}
		check_admin_referer( 'doideposit_' . $post->ID );
		doideposit_register_all( array( $post ) );
		wp_safe_redirect( get_edit_post_link( $post->ID, 'url' ) );
		exit;
	}
);

/** A sentence in the box of its kind: red for an error, yellow for a warning, green for a success, else blue. */
function doideposit_box_of( string $kind, string $sentence ): string {
	return '<div class="notice notice-' . esc_attr( $kind ) . '"><p>' . esc_html( $sentence ) . '</p></div>';
}

add_action(
	'admin_notices',
	function (): void {
		$key = 'doideposit_said_' . get_current_user_id();
		foreach ( get_transient( $key ) ?: array() as $sentence => $kind ) {
			echo doideposit_box_of( $kind, $sentence ); // phpcs:ignore -- escaped there.
		}
		delete_transient( $key );
	}
);

/** Say what the DOI of a post needs that goes away; it is registered for ever. */
function doideposit_goes_away( int $post_id ): void {
	$post = get_post( $post_id );
	$kept = $post instanceof WP_Post ? doideposit_state( $post ) : array( 'doi' => '' );
	if ( '' !== $kept['doi'] ) {
		/* translators: 1: a DOI, 2: an address */
		$text = __( '%1$s stays registered. Keep a page at %2$s that says what happened.', 'doideposit' );
		doideposit_tell( array( sprintf( $text, $kept['doi'], $kept['url'] ) => 'warning' ) );
	}
}
/** Say it too when a post is taken back from readers. */
function doideposit_is_hidden( string $new, string $old, WP_Post $post ): void {
	if ( 'publish' === $old && ! in_array( $new, array( 'publish', 'trash' ), true ) ) {
		doideposit_goes_away( $post->ID );
	}
}
add_action( 'transition_post_status', 'doideposit_is_hidden', 10, 3 );
add_action( 'wp_trash_post', 'doideposit_goes_away' );
add_action( 'before_delete_post', 'doideposit_goes_away' );
