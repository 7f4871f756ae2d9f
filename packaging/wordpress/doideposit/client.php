<?php
/**
 * A client of the JSON API of `doideposit serve`. It needs nothing of WordPress and can be used in any PHP program.
 *
 *     $client = new Doideposit_Client( 'http://127.0.0.1:8081', $token );
 *     $answer = $client->deposit( $record );
 *
 * Every method gives the JSON document of the answer. Where the service cannot be reached, or answers with something
 * else, that is a document of the same shape whose `error` says so. The token goes in a header, never into an address.
 */

class Doideposit_Client {

	/** Seconds: a page that somebody looks at must not wait for a service that is away. */
	const READING = 3;
	/** Seconds: to record a deposit takes a moment, and the answer waits for nothing outside of the server. */
	const WRITING = 20;
	/** The API takes as many DOIs in one request. */
	const AT_ONCE = 100;

	/** @var string */
	private $url;
	/** @var string */
	private $token;
	/** @var callable */
	private $send;

	/**
	 * @param string        $url   Where the service listens.
	 * @param string        $token One of its section [api.tokens].
	 * @param callable|null $send  Takes method, address, headers, body (or null) and seconds; gives the body of the answer, or null.
	 */
	public function __construct( string $url, string $token, ?callable $send = null ) {
		$this->url   = rtrim( $url, '/' );
		$this->token = $token;
		$this->send  = $send ?? array( self::class, 'send_by_stream' );
	}

	/** Deposit a record: a mapping with series, number, title, published, authors and url. It can be given again. */
	public function deposit( array $record ): array {
		return $this->ask( 'POST', '/v1/deposits', self::WRITING, $record );
	}

	/** Say where many DOIs stand, with one request for each hundred; the records of all answers together. */
	public function statuses( array $dois ): array {
		$found = array( 'ok' => true, 'records' => array() );
		foreach ( array_chunk( array_values( $dois ), self::AT_ONCE ) as $part ) {
			$query  = implode( '&', array_map( function ( string $doi ): string { return 'doi=' . rawurlencode( $doi ); }, $part ) );
			$answer = $this->ask( 'GET', '/v1/dois?limit=' . self::AT_ONCE . '&' . $query, self::READING );
			if ( empty( $answer['ok'] ) ) {
				return $answer;
			}
			$found['target']  = $answer['target'] ?? '';
			$found['records'] = array_merge( $found['records'], $answer['records'] ?? array() );
		}
		return $found;
	}

	/** Give what belongs on the landing page of a DOI: citation, doi_display, meta, json_ld. */
	public function tags( string $doi ): array {
		return $this->ask( 'GET', '/v1/dois/' . rawurlencode( $doi ) . '/tags', self::READING );
	}

	/** Say whether the service answers and knows the token; `target` of the answer is where DOIs go. */
	public function look(): array {
		return $this->ask( 'GET', '/v1/dois?limit=1', self::READING );
	}

	private function ask( string $method, string $path, int $seconds, ?array $body = null ): array {
		$headers = array( 'Authorization' => 'Bearer ' . $this->token );
		if ( null !== $body ) {
			$headers['Content-Type'] = 'application/json';
			$body                    = json_encode( $body, JSON_INVALID_UTF8_SUBSTITUTE );
		}
		$answer = ( $this->send )( $method, $this->url . $path, $headers, $body, $seconds );
		$data   = null === $answer ? null : json_decode( $answer, true );
		if ( is_array( $data ) && isset( $data['ok'] ) ) {
			return $data;
		}
		$message = null === $answer ? 'doideposit cannot be reached' : 'the program at this address is not doideposit';
		$hint    = 'check whether `doideposit serve` runs, and whether address and token are right; nothing is lost, and the button can be pressed again';
		return array( 'ok' => false, 'error' => array( 'code' => 'unreachable', 'message' => $message, 'hint' => $hint, 'where' => 'doideposit' ) );
	}

	/** Send a request without any library; redirects are not followed, since the token would go along. */
	private static function send_by_stream( string $method, string $url, array $headers, ?string $body, int $seconds ): ?string {
		$lines = array();
		foreach ( $headers as $name => $value ) {
			$lines[] = "$name: $value";
		}
		$http   = array( 'method' => $method, 'header' => $lines, 'content' => $body ?? '', 'ignore_errors' => true, 'timeout' => $seconds, 'follow_location' => 0 );
		$answer = @file_get_contents( $url, false, stream_context_create( array( 'http' => $http ) ) );
		return false === $answer ? null : $answer;
	}
}
